// SPDX-License-Identifier: MIT
// Waiting: gives each stop of the kernel's to gate.c or fault.c, or tells what it
// means, and returns those that matter above.
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include "tracee/stops.h"

bool task_is_restart(int64_t result)
{
	return result <= -512 && result >= -516 && result != -515;
}

static int call_ended(struct task *t, struct task_stop *ret)
{
	int r = os_get_regs(t->os_tid, &t->machine);

	if (r)
		return r;
	if (!t->call_entered || task_is_restart((int64_t)t->machine.rax)) {
		r = os_cont(t->os_tid, 0);
		return r ? r : RUNS_ON;
	}
	t->regs.rax = t->machine.rax;
	t->regs.fs_base = t->machine.fs_base;
	t->regs.gs_base = t->machine.gs_base;
	ret->kind = TASK_SYSCALL_DONE;
	return 0;
}

/* Single steps until an instruction of the program begins, at most. */
#define MAX_MACHINE_STEPS 1000

/*
 * A signal waits and no tick comes: a loop without conditional branches. Stops
 * at the next instruction; the place is named by the ticks and all registers.
 */
static int stop_between_ticks(struct task *t, struct task_stop *ret)
{
	struct dbt_recovered where;
	int status, r = 0;

	for (unsigned n = 0; !r && n < MAX_MACHINE_STEPS; n++) {
		r = os_get_regs(t->os_tid, &t->machine);
		if (!r && !dbt_recover(t->space->dbt, &t->machine, &t->regs, &where) &&
		    where.boundary) {
			task_count(t);
			t->ticks += where.ticks;
			t->settle = false;
			t->inexact = true;
			ret->kind = TASK_SIGNAL;
			return 0;
		}
		if (!r)
			r = os_step(t->os_tid, 0);
		if (!r)
			r = task_wait_internal(t, os_step, &status);
		if (!r && status >> 16 == PTRACE_EVENT_SECCOMP)
			return stops_at_gate(t, ret);
	}
	return r ? r : fail(-EPROTO, "task %d cannot be stopped", t->tid);
}

/*
 * The task was interrupted while it waited in a call that is made without a stop: as
 * if it had not been made yet. Some files answer EINTR where others say how to go on.
 * Returns 1 when it is not in such a call.
 */
static int interrupted_call(struct task *t, struct task_stop *ret)
{
	struct regs now;
	int r = os_get_regs(t->os_tid, &now);

	if (r)
		return r;
	if ((int64_t)now.orig_rax < 0 || !stops_interrupted((int64_t)now.rax) ||
	    !stops_at_untraced(t, &now, ret))
		return 1;
	stops_not_made(t, ret);
	return 0;
}

static int ptrace_stop(struct task *t, int signo, struct task_stop *ret)
{
	int r = stops_rewind(t);

	if (r < 0)
		return r;
	if (signo != SIGTRAP) {
		ret->kind = TASK_GROUP_STOP;
		ret->signo = signo;
		t->mode = TASK_IN_GROUP_STOP;
		return 0;
	}
	if (t->mode == TASK_IN_GROUP_STOP) {
		t->mode = TASK_STOPPED;
		ret->kind = TASK_CONTINUED;
		return 0;
	}
	if (t->mode == TASK_RUNNING && !t->step && t->space->untraced) {
		r = interrupted_call(t, ret);
		if (r != 1)
			return r;
	}
	if (t->mode == TASK_RUNNING && t->settle && !t->step)
		return stop_between_ticks(t, ret);
	if (t->mode == TASK_RUNNING && !t->step)
		stops_settle(t);
	r = os_cont(t->os_tid, 0);
	return r ? r : RUNS_ON;
}

static int exiting(struct task *t, struct task_stop *ret)
{
	unsigned long message = 0;
	int r = os_event_message(t->os_tid, &message);

	ret->call_made = !r && stops_call_made(t, ret);
	ret->kind = TASK_EXITING;
	ret->status = (int)message;
	ret->killed_inside = t->mode == TASK_RUNNING && !ret->call_made;
	return r;
}

static int cloned(struct task *t, struct task_stop *ret)
{
	unsigned long child = 0;
	int r = os_event_message(t->os_tid, &child);

	ret->kind = TASK_CLONED;
	ret->child = (pid_t)child;
	return r;
}

static int dispatch(struct task *t, int status, struct task_stop *ret)
{
	if (!WIFSTOPPED(status)) {
		t->mode = TASK_DEAD;
		ret->kind = TASK_GONE;
		ret->status = status;
		return 0;
	}
	switch (status >> 16) {
	case PTRACE_EVENT_SECCOMP:
		return stops_at_gate(t, ret);
	case PTRACE_EVENT_EXIT:
		return exiting(t, ret);
	case PTRACE_EVENT_FORK:
	case PTRACE_EVENT_VFORK:
	case PTRACE_EVENT_CLONE:
		return cloned(t, ret);
	case PTRACE_EVENT_EXEC:
		ret->kind = TASK_EXECED;
		return 0;
	case PTRACE_EVENT_STOP:
		return ptrace_stop(t, WSTOPSIG(status), ret);
	default:
		return WSTOPSIG(status) == (SIGTRAP | 0x80) ? call_ended(t, ret)
							    : stops_at_signal(t, ret);
	}
}

static bool may_have_buffered(const struct tracees *w, const struct task *t)
{
	return w->options.buffered && t->mode == TASK_RUNNING && t->space && t->space->ready;
}

/* Hands over the calls that a task has put into its buffer. */
static int take_buffered(struct tracees *w, struct task *t)
{
	struct dbt_call call;
	int r = 0;

	if (!may_have_buffered(w, t))
		return 0;
	while (!r && dbt_next_buffered(t->space->dbt, &call))
		r = w->options.buffered(w->options.ctx, t, &call);
	return r;
}

int tracees_take_buffered(struct tracees *w)
{
	int r = 0;

	for (size_t i = 0; i < w->n && !r; i++)
		r = take_buffered(w, w->tasks[i]);
	return r;
}

static struct task *by_os_tid(struct tracees *w, pid_t os_tid)
{
	for (size_t i = 0; i < w->n; i++)
		if (w->tasks[i]->os_tid == os_tid)
			return w->tasks[i];
	return NULL;
}

int tracees_wait(struct tracees *w, struct task *only, struct task **t, struct task_stop *ret)
{
	for (;;) {
		struct task *found;
		pid_t tid;
		pid_t want = only ? only->os_tid : -1;
		int status, r = 0;

		if (!tracees_take_early(w, want, &tid, &status))
			r = os_wait(want, &tid, &status);
		if (r)
			return r;
		found = by_os_tid(w, tid);
		if (!found) {
			/* A child whose parent's clone event is still to come. */
			if (WIFSTOPPED(status))
				r = tracees_keep_early(w, tid, status);
			if (r)
				return r;
			continue;
		}
		r = tracees_take_buffered(w);
		if (r)
			return r;
		if (may_have_buffered(w, found))
			dbt_empty_buffer(found->space->dbt);
		memset(ret, 0, sizeof(*ret));
		r = dispatch(found, status, ret);
		if (r == RUNS_ON || r == -ESRCH)
			continue;
		if (!r && found->mode != TASK_DEAD && found->mode != TASK_IN_GROUP_STOP)
			found->mode = TASK_STOPPED;
		*t = found;
		return r;
	}
}
