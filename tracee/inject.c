// SPDX-License-Identifier: MIT
// System calls that the supervisor makes in the tracee. At RT_GATE_UNTRACED an
// injected call goes through, and the runtime's stop behind it has the result: one
// stop. At another gate the seccomp filter stops it, and the exit of the call is the
// second stop. The program's registers are in t->regs all the while and are loaded
// again when the task next runs.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "preload/runtime.h"
#include "tracee/private.h"

static bool is_death(int status)
{
	return !WIFSTOPPED(status) || status >> 16 == PTRACE_EVENT_EXIT;
}

static bool is_signal_stop(int status)
{
	return WIFSTOPPED(status) && status >> 16 == 0 && WSTOPSIG(status) != (SIGTRAP | 0x80);
}

void task_stash(struct task *t, const siginfo_t *info)
{
	if (t->n_pending < TASK_MAX_PENDING)
		t->pending[t->n_pending++] = *info;
}

int task_wait_internal(struct task *t, int (*resume)(pid_t tid, int signo), int *status)
{
	for (;;) {
		siginfo_t info;
		pid_t tid;
		int r = os_wait(t->os_tid, &tid, status);

		if (r == -EINTR)
			continue;
		if (r)
			return -ESRCH;
		if (is_death(*status)) {
			r = tracees_keep_early(t->tracees, t->os_tid, *status);
			return r ? r : -ESRCH;
		}
		if (*status >> 16 == PTRACE_EVENT_STOP) {
			r = resume(t->os_tid, 0);
			if (r)
				return r;
			continue;
		}
		if (!is_signal_stop(*status))
			return 0;
		r = os_get_siginfo(t->os_tid, &info);
		if (!r && WSTOPSIG(*status) == SIGTRAP && info.si_code > 0)
			return 0; /* a trap that the caller provoked */
		if (!r)
			task_stash(t, &info);
		if (!r)
			r = resume(t->os_tid, 0);
		if (r)
			return r;
	}
}

/* The call's second stop, at its exit. */
static int wait_for_exit(struct task *t, int64_t *ret)
{
	struct regs regs;
	int status, r = os_cont_to_syscall(t->os_tid, 0);

	while (!r) {
		r = task_wait_internal(t, os_cont_to_syscall, &status);
		/* A clone's event comes before the end of the call. */
		if (r || WSTOPSIG(status) == (SIGTRAP | 0x80))
			break;
		r = os_cont_to_syscall(t->os_tid, 0);
	}
	if (!r)
		r = os_get_regs(t->os_tid, &regs);
	if (!r)
		*ret = (int64_t)regs.rax;
	return r;
}

int task_inject_at(struct task *t, taddr_t gate, int nr, const uint64_t args[6], int64_t *ret)
{
	struct rt_state *state = gate == RT_GATE_UNTRACED ? t->space->private : NULL;
	const uint32_t exit = state ? state->exit : 0; /* dbt_enter() may have put it there */
	struct regs regs = t->machine;
	int status, r;

	regs.rdi = args[0];
	regs.rsi = args[1];
	regs.rdx = args[2];
	regs.r10 = args[3];
	regs.r8 = args[4];
	regs.r9 = args[5];
	regs.rax = (uint64_t)nr;
	regs.orig_rax = (uint64_t)-1;
	regs.rip = gate;
	t->at_entry = false;
	t->in_signal_stop = false;
	if (state && t->space->dbt)
		dbt_inject(t->space->dbt);
	r = os_set_regs(t->os_tid, &regs);
	if (!r)
		r = os_cont(t->os_tid, 0);
	if (!r)
		r = task_wait_internal(t, os_cont, &status);
	if (r || !state)
		return r ? r : wait_for_exit(t, ret);
	*ret = (int64_t)state->stop_rax;
	state->exit = exit;
	return 0;
}

/* Behind the runtime's stop the kernel would make a call that was interrupted at
 * once, and not as a restart. */
static taddr_t gate_for(const struct task *t)
{
	return t->call_entered ? RT_GATE_INJECT : RT_GATE_UNTRACED;
}

int task_inject(struct task *t, int nr, const uint64_t args[6], int64_t *ret)
{
	return task_inject_at(t, gate_for(t), nr, args, ret);
}

/* Only what is written through the mapping needs a writable descriptor. */
static bool needs_write(const struct remote_map *m)
{
	return m->prot & PROT_WRITE && !(m->flags & MAP_PRIVATE);
}

/* Opens a file of the supervisor's in the tracee, too. */
static int open_inside(struct task *t, taddr_t gate, taddr_t scratch, const struct remote_map *m,
		       int64_t *ret)
{
	char path[64];
	int r;

	snprintf(path, sizeof(path), "/proc/%d/fd/%d", getpid(), m->fd);
	if (os_write(t->os_tid, scratch, path, strlen(path) + 1) != strlen(path) + 1)
		return fail(-EFAULT, "task %d: cannot write at 0x%lx", t->tid, scratch);
	r = task_inject_at(
		t, gate, SYS_openat,
		(uint64_t[6]){ (uint64_t)AT_FDCWD, scratch, needs_write(m) ? O_RDWR : O_RDONLY },
		ret);
	return !r && *ret < 0 ? fail_errno((int)*ret, "task %d: cannot open %s inside the tracee",
					   t->tid, path)
			      : r;
}

static int map_inside(struct task *t, taddr_t gate, const struct remote_map *m, int64_t fd)
{
	int64_t result;
	int r = task_inject_at(
		t, gate, SYS_mmap,
		(uint64_t[6]){ m->addr, m->bytes, (uint64_t)m->prot,
			       (uint64_t)(m->flags ? m->flags : MAP_SHARED) | MAP_FIXED,
			       (uint64_t)fd, (uint64_t)m->offset },
		&result);

	return !r && (taddr_t)result != m->addr
		       ? fail_errno((int)result, "task %d: cannot map 0x%lx", t->tid, m->addr)
		       : r;
}

static int close_inside(struct task *t, taddr_t gate, int64_t fd)
{
	int64_t result;

	return task_inject_at(t, gate, SYS_close, (uint64_t[6]){ (uint64_t)fd }, &result);
}

int task_map_fd(struct task *t, taddr_t gate, taddr_t scratch, const struct remote_map *maps,
		size_t n)
{
	int64_t fd;
	int r = open_inside(t, gate, scratch, maps, &fd);

	for (size_t i = 0; !r && i < n; i++)
		r = map_inside(t, gate, &maps[i], fd);
	return r ? r : close_inside(t, gate, fd);
}

int task_map(struct task *t, const struct remote_map *map)
{
	struct task_mapped *last = &t->mapped;
	taddr_t gate = gate_for(t);
	struct stat st;
	int r = 0;

	if (fstat(map->fd, &st))
		return -errno;
	if (last->open && (last->dev != st.st_dev || last->ino != st.st_ino ||
			   last->writable != needs_write(map))) {
		last->open = false;
		r = close_inside(t, gate, last->fd);
	}
	if (!r && !last->open) {
		r = open_inside(t, gate, RT_STATE + SPACE_SCRATCH_OFFSET, map, &last->fd);
		*last = (struct task_mapped){ last->fd, st.st_dev, st.st_ino, needs_write(map),
					      !r };
	}
	return r ? r : map_inside(t, gate, map, last->fd);
}

int task_open_instead(struct task *t, const char *path, int fd)
{
	const taddr_t scratch = RT_STATE + SPACE_SCRATCH_OFFSET;
	int64_t opened = -1, flags = 0, result;
	int r;

	if (os_write(t->os_tid, scratch, path, strlen(path) + 1) != strlen(path) + 1)
		return -ESRCH;
	r = task_inject(t, SYS_openat, (uint64_t[6]){ (uint64_t)AT_FDCWD, scratch, O_RDONLY },
			&opened);
	if (r || opened < 0)
		return r ? r : fail_errno((int)opened, "cannot open %s inside the tracee", path);
	r = task_inject(t, SYS_fcntl, (uint64_t[6]){ (uint64_t)fd, F_GETFD }, &flags);
	if (!r)
		r = task_inject(t, SYS_dup3,
				(uint64_t[6]){ (uint64_t)opened, (uint64_t)fd,
					       flags & FD_CLOEXEC ? O_CLOEXEC : 0 },
				&result);
	if (!r)
		r = close_inside(t, gate_for(t), opened);
	return r;
}
