// SPDX-License-Identifier: MIT
/* The checking of calls: see canary.h. */
#include "canary.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "run.h"

#define GAP	    96	/* bytes of canary behind each object */
#define BLOCK_BYTES 512 /* compared at once */

/* The fill: differs in every byte between the two runs, and within 251 bytes. */
static uint8_t pattern(const struct canary *c, size_t i)
{
	return (uint8_t)(i % 251) ^ (c->second ? 0xff : 0);
}

void canary_begin(struct canary *c)
{
	c->arena = mmap(NULL, ARENA_BYTES + 4096, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	mprotect(c->arena + ARENA_BYTES, 4096, PROT_NONE);
	c->before = malloc(ARENA_BYTES);
	c->used = GAP;
	for (size_t i = 0; i < ARENA_BYTES; i++)
		c->arena[i] = pattern(c, i);
}

void *canary_room(struct canary *c, size_t bytes)
{
	void *at = c->arena + c->used;

	MUST(c, c->used + bytes + 2 * GAP < ARENA_BYTES);
	c->used += (bytes + GAP + 15) & ~(size_t)15;
	return at;
}

void *canary_copy(struct canary *c, const void *data, size_t bytes)
{
	return memcpy(canary_room(c, bytes), data, bytes);
}

void *canary_end(struct canary *c, size_t bytes)
{
	return c->arena + ARENA_BYTES - bytes;
}

void canary_fail(struct canary *c, const char *file, int line, const char *what, long result)
{
	fprintf(stderr, "%s: %s:%d: %s: %ld (%s)\n", c->name, file, line, what, result,
		result < 0 ? strerror(-result) : "no error");
	_exit(1);
}

void canary_skip(struct canary *c, const char *what, long result)
{
	if (!c->second)
		printf("skipped %s: %s: %s\n", c->name, what,
		       result < 0 ? strerror(-result) : "not here");
	fflush(stdout);
	_exit(CANARY_SKIPPED);
}

long canary_good(struct canary *c, const char *file, int line, const char *what, long result)
{
	if (result >= 0)
		return result;
	if (result == -ENOSYS || result == -EPERM || result == -EACCES || result == -EOPNOTSUPP ||
	    result == -ENODEV)
		canary_skip(c, what, result);
	canary_fail(c, file, line, what, result);
}

/* Own memory, which may be unmapped where a rule looks. */
static size_t read_own(void *ctx, taddr_t addr, void *ret, size_t len)
{
	struct iovec to = { ret, len }, from = { (void *)addr, len };
	ssize_t n = process_vm_readv(getpid(), &to, 1, &from, 1, 0);

	(void)ctx;
	return n > 0 ? (size_t)n : 0;
}

static const struct sys_mem own = { read_own, NULL };

static bool lies_in(const struct sys_areas *areas, taddr_t addr, uint64_t bytes)
{
	for (size_t i = 0; i < areas->n; i++) {
		const struct sys_area *a = &areas->items[i];

		if (addr >= a->addr && addr - a->addr + bytes <= a->bytes)
			return true;
	}
	return false;
}

static void show(const char *what, const struct sys_areas *areas)
{
	for (size_t i = 0; i < areas->n; i++)
		fprintf(stderr, "  %s 0x%lx, %lu bytes\n", what, areas->items[i].addr,
			areas->items[i].bytes);
}

static void complain(const struct canary *c, const struct sys_plan *p, long result,
		     const struct sys_areas *areas, const char *what, taddr_t addr)
{
	struct buf text = { 0 };

	if (sys_print(&p->call, &own, true, result, &text))
		_exit(1);
	fprintf(stderr, "%s: %.*s\n  %s 0x%lx (arena + %ld)\n", c->name, (int)text.len,
		(char *)text.data, what, addr, (long)(addr - (taddr_t)c->arena));
	show("may write", &p->areas);
	show("wrote", areas);
	_exit(1);
}

static void check_block(const struct canary *c, const struct sys_plan *p, long result,
			const struct sys_areas *areas, size_t at)
{
	for (size_t i = at; i < at + BLOCK_BYTES; i++)
		if (c->arena[i] != c->before[i] && !lies_in(areas, (taddr_t)&c->arena[i], 1))
			complain(c, p, result, areas, "changed:", (taddr_t)&c->arena[i]);
}

/* Every byte that changed is in areas, and every area in one of the plan. */
static void check(const struct canary *c, const struct sys_plan *p, long result)
{
	struct sys_areas areas = { 0 };

	if (sys_plan_exit(p, &own, result, &areas))
		_exit(1);
	for (size_t i = 0; i < areas.n; i++)
		if (!lies_in(&p->areas, areas.items[i].addr, areas.items[i].bytes))
			complain(c, p, result, &areas, "outside the plan:", areas.items[i].addr);
	for (size_t at = 0; at < ARENA_BYTES; at += BLOCK_BYTES)
		if (memcmp(c->arena + at, c->before + at, BLOCK_BYTES))
			check_block(c, p, result, &areas, at);
	sys_areas_deinit(&areas);
}

/* A row counts as reached when the call succeeded, or writes even if it fails. */
static void cover(const struct canary *c, const struct sys_call *call, long result)
{
	const struct sys_command *command;
	const uint64_t *writes = sys_writes(call, &command);
	uint8_t bit = result >= 0 ? ROW_REACHED : ROW_TRIED;

	for (size_t i = 0; i < WRITES_MAX; i++)
		if (word_always(writes[i]))
			bit = ROW_REACHED;
	c->coverage->calls[call->nr] |= bit;
	if (command && command->name)
		c->coverage->commands[sys_command_index(command)] |= bit;
}

/* Of a fork, the child is checked as well. */
static void end_child(const struct canary *c, const struct sys_plan *p)
{
	check(c, p, 0);
	_exit(0);
}

static void reap(struct canary *c, pid_t child)
{
	int status;

	MUST(c, waitpid(child, &status, __WALL) == child);
	MUST(c, WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

long canary_call(struct canary *c, int nr, const uint64_t a[6])
{
	struct sys_call call = { nr, { a[0], a[1], a[2], a[3], a[4], a[5] } };
	struct sys_plan p = { 0 }, late = { 0 };
	long r;

	memcpy(c->before, c->arena, ARENA_BYTES);
	if (sys_plan_enter(&call, &own, &p))
		_exit(1);
	if (!p.modelled)
		canary_fail(c, "model", nr, "call or command is not modelled", 0);
	r = syscall(nr, a[0], a[1], a[2], a[3], a[4], a[5]);
	r = r == -1 ? -errno : r;
	if (sys_replay_class(nr) == SYS_CLONE && r == 0)
		end_child(c, &p);
	if (sys_replay_class(nr) == SYS_CLONE && r > 0)
		reap(c, r);
	check(c, &p, r);
	if (sys_flags(&call) & SYS_ONE_STOP) {
		if (sys_plan_enter(&call, &own, &late))
			_exit(1);
		check(c, &late, r);
	}
	cover(c, &call, r);
	sys_plan_deinit(&p);
	sys_plan_deinit(&late);
	return r;
}

/* ---- objects ---- */

int canary_file(struct canary *c, const char *text)
{
	size_t n = strlen(text);
	int fd;

	snprintf(c->path, sizeof(c->path), "%s/file-XXXXXX", c->dir);
	fd = mkstemp(c->path);
	MUST(c, fd >= 0 && write(fd, text, n) == (ssize_t)n && !lseek(fd, 0, SEEK_SET));
	return fd;
}

const char *canary_path(struct canary *c)
{
	return c->path;
}

void canary_pipe(struct canary *c, int fd[2], const char *text)
{
	size_t n = strlen(text);

	MUST(c, !pipe(fd) && write(fd[1], text, n) == (ssize_t)n);
}

static void on_alarm(int signo)
{
	(void)signo;
}

/* It comes again and again, so that none is lost before the call waits. */
void canary_alarm(struct canary *c, unsigned us)
{
	struct sigaction action = { .sa_handler = on_alarm };
	struct itimerval timer = { { 0, us }, { 0, us } };

	MUST(c, !sigaction(SIGALRM, &action, NULL) && !setitimer(ITIMER_REAL, &timer, NULL));
}
