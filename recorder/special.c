// SPDX-License-Identifier: MIT
// Calls that are answered differently than the kernel would, so that a
// recording stays exact or the program does not see deja.
#include <asm/prctl.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/log.h"
#include "recorder/private.h"

#ifndef ARCH_SHSTK_ENABLE /* newer than Debian 12's <asm/prctl.h> */
#define ARCH_SHSTK_ENABLE 0x5001
#endif

/* Not there: the kernel would write the area at moments that no event names
 * (rseq), or memory without a call (io_uring, userfaultfd). Callers have
 * fallbacks. */
static int absent(struct recorder *r, struct task *t, uint64_t args[6], int64_t *result)
{
	(void)r;
	(void)t;
	(void)args;
	*result = -ENOSYS;
	return 1;
}

static int refuse_filter(struct recorder *r, struct task *t, uint64_t args[6], int64_t *result)
{
	(void)r;
	(void)args;
	log_warn_once("seccomp",
		      "task %d: seccomp filters of the program are not supported yet; "
		      "the call fails with EINVAL",
		      t->tid);
	*result = -EINVAL;
	return 1;
}

static int prctl_enter(struct recorder *r, struct task *t, uint64_t args[6], int64_t *result)
{
	if (args[0] == PR_SET_SECCOMP)
		return refuse_filter(r, t, args, result);
	return 0;
}

/* Translated code is called from one place and returns by another, which a shadow stack is
 * there to prevent: there is none, as with a kernel that was built without.
 * Source: Linux 6.18 arch/x86/kernel/process.c, do_arch_prctl_common() */
static int arch_prctl_enter(struct recorder *r, struct task *t, uint64_t args[6], int64_t *result)
{
	(void)r;
	(void)t;
	*result = -EINVAL;
	return args[0] == ARCH_SHSTK_ENABLE;
}

/* All tracees stay on the supervisor's core; the program is told what it asked. */
static int setaffinity(struct recorder *r, struct task *t, uint64_t args[6], int64_t *result)
{
	(void)r;
	(void)t;
	(void)args;
	*result = 0;
	return 1;
}

static int getaffinity_done(struct recorder *r, struct task *t, struct event *e, int64_t *result)
{
	size_t n = *result > 0 ? (size_t)*result : 0;

	if (!n || n > sizeof(r->affinity))
		return 0;
	task_write(t, rec_of(t)->entry.rdx, r->affinity, n);
	return rec_add_memory(e, t, rec_of(t)->entry.rdx, n);
}

/*
 * Copies inside the kernel to what replay has to show again: the bytes never
 * come to memory that could be recorded. The call fails as it does for a
 * descriptor that cannot be copied so, and programs read and write instead.
 */
static int copy_to(struct task *t, uint64_t fd, int64_t *result)
{
	if (!rec_is_ours(t, 1, fd) && !rec_is_ours(t, 2, fd))
		return 0;
	*result = -EINVAL;
	return 1;
}

/* copy_file_range() copies to regular files only. */
static bool shows_file(void)
{
	struct stat st;

	for (int fd = 1; fd <= 2; fd++)
		if (!fstat(fd, &st) && S_ISREG(st.st_mode))
			return true;
	return false;
}

bool rec_needs_entry(const struct rec_handler *h)
{
	if (!h || !h->enter || h->enter_if)
		return false;
	return h->nr != SYS_copy_file_range || shows_file();
}

static int copy_enter(struct recorder *r, struct task *t, uint64_t args[6], int64_t *result)
{
	(void)r;
	return copy_to(t, args[2], result);
}

static int sendfile_enter(struct recorder *r, struct task *t, uint64_t args[6], int64_t *result)
{
	(void)r;
	return copy_to(t, args[0], result);
}

static int tee_enter(struct recorder *r, struct task *t, uint64_t args[6], int64_t *result)
{
	(void)r;
	return copy_to(t, args[1], result);
}

/* ---- /proc/PID/maps ---- */

/* Whose maps file this path is, or 0. */
static pid_t maps_of(struct task *t, const char *path)
{
	char rest[16];
	int pid;

	if (!strcmp(path, "/proc/self/maps") || !strcmp(path, "/proc/thread-self/maps"))
		return t->tid;
	if (sscanf(path, "/proc/%d/%15s", &pid, rest) == 2 && !strcmp(rest, "maps") &&
	    tracees_find(t->tracees, pid))
		return pid;
	return 0;
}

/* Puts a file with the program's view of the map in the descriptor's place. */
static int open_done(struct recorder *r, struct task *t, struct event *e, int64_t *result)
{
	const struct regs *entry = &rec_of(t)->entry;
	struct task *whose;
	cleanup_with(buf_deinit) struct buf text = { 0 };
	cleanup_close int fd = -1;
	char path[64] = { 0 };
	int err;

	(void)r;
	if (*result < 0)
		return 0;
	task_read(t, e->nr == SYS_open ? entry->rdi : entry->rsi, path, sizeof(path) - 1);
	whose = tracees_find(t->tracees, maps_of(t, path));
	if (!whose || !whose->space)
		return 0;
	err = vmap_print(&whose->space->map, &text);
	if (err)
		return err;
	fd = memfd_create("maps", MFD_CLOEXEC);
	if (fd < 0 || write(fd, text.data, text.len) != (ssize_t)text.len)
		return fail_errno(-errno, "a copy of /proc/%d/maps", whose->tid);
	snprintf(path, sizeof(path), "/proc/%d/fd/%d", getpid(), fd);
	return task_open_instead(t, path, (int)*result);
}

const struct rec_handler rec_special_handlers[] = {
	{ SYS_rseq, .enter = absent },
	{ SYS_execve, .enter = rec_refuse_32_bit },
	{ SYS_execveat, .enter = rec_refuse_32_bit },
	{ SYS_clone, .enter = rec_refuse_threads },
	{ SYS_clone3, .enter = rec_refuse_threads },
	{ SYS_io_uring_setup, .enter = absent },
	{ SYS_userfaultfd, .enter = absent },
	{ SYS_seccomp, .enter = refuse_filter },
	{ SYS_prctl, .enter = prctl_enter },
	{ SYS_arch_prctl, .enter = arch_prctl_enter },
	{ SYS_sched_setaffinity, .enter = setaffinity },
	{ SYS_sched_getaffinity, .done = getaffinity_done },
	{ SYS_copy_file_range, .enter = copy_enter },
	{ SYS_splice, .enter = copy_enter },
	{ SYS_sendfile, .enter = sendfile_enter },
	{ SYS_tee, .enter = tee_enter },
	{ SYS_open, .done = open_done },
	{ SYS_openat, .done = open_done },
	{ SYS_openat2, .done = open_done },
};
const size_t rec_n_special_handlers = ARRAY_SIZE(rec_special_handlers);
