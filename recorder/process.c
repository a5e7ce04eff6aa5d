// SPDX-License-Identifier: MIT
// Processes come, get new images, and go.
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/sched.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/log.h"
#include "recorder/private.h"

struct rec_task *rec_task_new(struct task *t)
{
	struct rec_task *rt = calloc(1, sizeof(*rt));

	t->user = rt;
	return rt;
}

void rec_task_free(struct task *t)
{
	struct rec_task *rt = rec_of(t);

	if (!rt)
		return;
	sys_plan_deinit(&rt->plan);
	buf_deinit(&rt->before);
	free(rt);
	t->user = NULL;
}

/* The flags of the call that makes a process, whichever it is. */
static uint64_t clone_flags(struct task *t)
{
	const struct regs *entry = &t->regs;
	uint64_t flags = 0;

	switch (t->call_nr) {
	case SYS_fork:
		return 0;
	case SYS_vfork:
		return CLONE_VM | CLONE_VFORK;
	case SYS_clone3:
		task_read(t, entry->rdi, &flags, sizeof(flags));
		return flags;
	default:
		return entry->rdi;
	}
}

static taddr_t child_tid_address(struct task *t)
{
	taddr_t address = 0;

	if (t->call_nr == SYS_clone3)
		task_read(t, t->regs.rdi + offsetof(struct clone_args, child_tid), &address,
			  sizeof(address));
	else
		address = t->regs.r10;
	return address;
}

/* The file that an execve or execveat names, as the task sees it; -1: it is none that can
 * be read. */
static int open_executed(struct task *t, const uint64_t args[6])
{
	bool at = t->call_nr == SYS_execveat;
	char name[PATH_MAX], path[PATH_MAX + 64];
	struct stat st;
	size_t n = task_read(t, args[at], name, sizeof(name));

	if (!memchr(name, '\0', n))
		return -1;
	if (name[0] == '/')
		snprintf(path, sizeof(path), "/proc/%d/root%s", t->os_tid, name);
	else if (at && (int)args[0] != AT_FDCWD)
		snprintf(path, sizeof(path), "/proc/%d/fd/%d%s%s", t->os_tid, (int)args[0],
			 name[0] ? "/" : "", name);
	else
		snprintf(path, sizeof(path), "/proc/%d/cwd/%s", t->os_tid, name);
	return stat(path, &st) || !S_ISREG(st.st_mode) ? -1 : open(path, O_RDONLY | O_CLOEXEC);
}

/* As a kernel that runs no such programs answers. */
int rec_refuse_32_bit(struct recorder *r, struct task *t, uint64_t args[6], int64_t *result)
{
	cleanup_close int fd = open_executed(t, args);
	unsigned char id[EI_NIDENT];

	(void)r;
	if (fd < 0 || pread(fd, id, sizeof(id), 0) != sizeof(id) || memcmp(id, ELFMAG, SELFMAG) ||
	    id[EI_CLASS] != ELFCLASS32)
		return 0;
	log_warn_once("32-bit",
		      "task %d executes a 32-bit program: deja records 64-bit programs only; "
		      "the call fails with ENOEXEC",
		      t->tid);
	*result = -ENOEXEC;
	return 1;
}

int rec_refuse_threads(struct recorder *r, struct task *t, uint64_t args[6], int64_t *result)
{
	uint64_t flags = clone_flags(t);

	(void)r;
	(void)args;
	if (!(flags & CLONE_THREAD) && (!(flags & CLONE_VM) || flags & CLONE_VFORK))
		return 0;
	log_warn_once("threads",
		      "task %d wants a thread: threads are not supported yet; "
		      "the call fails with EAGAIN",
		      t->tid);
	*result = -EAGAIN;
	return 1;
}

int rec_cloned(struct recorder *r, struct task *t, struct task_stop *stop)
{
	uint64_t flags = clone_flags(t);
	struct task *child;
	struct rec_task *rt;
	struct event *e;
	int err;

	stop->child_shares = flags & CLONE_VM;
	err = task_adopt_child(t, stop, &child);
	if (err)
		return err;
	rt = rec_task_new(child);
	if (!rt)
		return -ENOMEM;
	e = rec_event(r, EVENT_SYSCALL_ENTER, t);
	e->regs = rec_of(t)->entry;
	e->ticks = rec_of(t)->entry_ticks;
	e->nr = t->call_nr;
	e->new_tid = child->tid;
	if (flags & CLONE_CHILD_SETTID && t->call_nr != SYS_fork && t->call_nr != SYS_vfork)
		err = rec_add_memory(e, child, child_tid_address(t), sizeof(pid_t));
	if (!err)
		err = rec_add_task(e, child);
	if (!err) {
		e->tasks[0].ppid = t->tgid;
		e->flags |= flags & CLONE_VM ? EVENT_SHARES : 0;
		err = rec_write(r, t, false);
	}
	rec_of(t)->entered = true;
	rec_make_ready(r, child);
	if (flags & CLONE_VFORK && r->running == t)
		r->running = NULL;
	return err ? err : task_resume_kernel(t);
}

static void warn_privileges(const struct task *t)
{
	char path[64];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%d/exe", t->os_tid);
	if (!stat(path, &st) && st.st_mode & (S_ISUID | S_ISGID) && st.st_uid != geteuid())
		log_warn("task %d executes a set-user-id program: it is recorded without the "
			 "privilege, as ptrace(2) demands",
			 t->tid);
}

#define USER32_CS 0x23

int rec_execed(struct recorder *r, struct task *t)
{
	struct rec_task *rt = rec_of(t);
	struct regs entry = rt->entry;
	bool first = !r->event.number;
	struct event *e;
	int err = task_finish_exec(t);

	if (err)
		return err;
	if (t->regs.cs == USER32_CS)
		return fail(-ENOEXEC,
			    "task %d executes a 32-bit program: deja records 64-bit "
			    "programs only",
			    t->tid);
	warn_privileges(t);
	e = rec_event(r, first ? EVENT_KEYFRAME : EVENT_EXEC, t);
	if (!first) {
		e->regs = entry;
		e->ticks = rt->entry_ticks;
		e->nr = SYS_execve;
	}
	err = rec_add_image(r, e, t);
	if (!err)
		err = rec_add_task(e, t);
	if (!err) {
		struct space_layout layout;
		struct dbt_code_id image;

		space_choose_layout(&t->space->map, &layout);
		space_image(&t->space->map, &image);
		space_layout_ranges(&layout, e->spaces[0].zones);
		err = space_install(t, &layout, &image);
	}
	if (!err)
		err = rec_write(r, t, false);
	rec_make_ready(r, t);
	return err;
}

/* Begins the event of t's end: in its call, at its place, or somewhere behind it. */
static struct event *exit_event(struct recorder *r, struct task *t, const struct task_stop *stop)
{
	const struct rec_task *rt = rec_of(t);
	struct event *e = rec_event(r, EVENT_EXIT, t);

	if (t->in_call && !rt->fatal_signo) {
		e->regs = rt->entry;
		e->ticks = rt->entry_ticks;
		e->nr = t->call_nr;
	} else {
		e->regs.orig_rax = (uint64_t)-1;
	}
	e->status = stop->status;
	return e;
}

/* It was killed between its last call and the stop behind that: what the call wrote is
 * there, for all to see. */
static int write_last_call(struct recorder *r, struct task *t, const struct task_stop *stop)
{
	int err = rec_note_call(t, stop);

	if (err || rec_of(t)->handler || sys_replay_class(t->call_nr) != SYS_EMULATE)
		return err;
	err = rec_write_call(r, t, (int64_t)t->regs.rax);
	task_finish_call(t, (int64_t)t->regs.rax);
	return err;
}

int rec_exiting(struct recorder *r, struct task *t, struct task_stop *stop)
{
	struct rec_task *rt = rec_of(t);
	int err = stop->call_made && !rt->fatal_signo ? write_last_call(r, t, stop) : 0;
	struct event *e;

	if (err)
		return err;
	e = exit_event(r, t, stop);
	if (stop->killed_inside && !rt->fatal_signo)
		e->flags |= EVENT_INEXACT;
	err = rec_write(r, t, !(e->flags & EVENT_INEXACT));
	rt->state = REC_ENDING;
	if (r->running == t)
		r->running = NULL;
	return err ? err : task_resume_kernel(t);
}

int rec_gone(struct recorder *r, struct task *t, struct task_stop *stop)
{
	if (rec_of(t)->state != REC_ENDING) {
		/* Killed without the stop before the end. */
		int err;

		exit_event(r, t, stop)->flags |= EVENT_INEXACT;
		err = rec_write_event(r);
		if (err)
			return err;
	}
	if (r->running == t)
		r->running = NULL;
	if (t->tid == r->first) {
		r->first_gone = true;
		r->result->status = stop->status;
	}
	rec_task_free(t);
	task_destroy(t);
	return 0;
}
