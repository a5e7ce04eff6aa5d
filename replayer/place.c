// SPDX-License-Identifier: MIT
// Running a task to the place of its next event. Calls and instructions that see
// the outside stop the task by themselves, and are then compared with what the
// event says; for the others the place is (ticks, pc). An instruction that
// raised a signal is such a place too: what made it fault (a file that was cut,
// a limit of the stack) need not be so in replay.
#include <errno.h>
#include <string.h>

#include "replayer/private.h"
#include "traces/cpuid.h"

/* So far behind an event's ticks, a task that did not stop has diverged. */
#define SLACK_TICKS 100000
/* Instructions between a tick and a place, at most: the rest of a loop or a recursion
 * without conditional branches is run by looking for a register's value. */
#define MAX_STEPS 1000

static bool stops_by_itself(const struct event *e)
{
	switch (e->kind) {
	case EVENT_SYSCALL:
	case EVENT_SYSCALL_ENTER:
	case EVENT_EXEC:
	case EVENT_INSN:
		return true;
	case EVENT_EXIT:
		return e->regs.orig_rax != (uint64_t)-1;
	default:
		return false;
	}
}

static bool is_call(const struct event *e)
{
	return e->kind == EVENT_SYSCALL || e->kind == EVENT_SYSCALL_ENTER ||
	       e->kind == EVENT_EXEC || (e->kind == EVENT_EXIT && stops_by_itself(e));
}

/* Flags that no instruction reads before they are written again may differ at a
 * tick's end; in an inexact place all else has to be equal. */
static bool same_registers(const struct task *t, const struct event *e)
{
	struct regs found = t->regs;

	found.eflags = e->regs.eflags;
	found.orig_rax = e->regs.orig_rax;
	return !memcmp(&found, &e->regs, sizeof(found));
}

static bool at_place(const struct task *t, const struct event *e)
{
	if (e->kind == EVENT_KEYFRAME || e->kind == EVENT_END)
		return true;
	if (t->in_call)
		return is_call(e);
	if (stops_by_itself(e))
		return false;
	if (e->kind == EVENT_EXIT)
		return e->flags & EVENT_INEXACT || t->ticks >= e->ticks;
	if (t->ticks != e->ticks || t->regs.rip != e->regs.rip)
		return false;
	return !(e->flags & (EVENT_INEXACT | EVENT_SYNC)) || same_registers(t, e);
}

static int check_call(struct replayer *r, struct task *t)
{
	const struct event *e = &r->next;

	if (t->call_nr != (e->kind == EVENT_EXEC ? t->call_nr : e->nr))
		return rep_diverged(r, t, "system call expected %s found %s",
				    sys_name(e->nr) ? sys_name(e->nr) : "?",
				    sys_name(t->call_nr) ? sys_name(t->call_nr) : "?");
	return rep_check_regs(r, t);
}

/* The task came to a SYSCALL: that is the event, or the signal that was
 * delivered before the call was made, or a divergence. */
static int came_to_call(struct replayer *r, struct task *t, enum rep_moved *moved)
{
	const struct event *e = &r->next;

	if (is_call(e)) {
		*moved = REP_AT_PLACE;
		return check_call(r, t);
	}
	if (!stops_by_itself(e) && t->ticks == e->ticks && t->call_pc == e->regs.rip) {
		t->regs.rip = t->call_pc;
		t->regs.orig_rax = (uint64_t)-1;
		t->in_call = t->call_vdso = false;
		*moved = REP_AT_PLACE;
		return 0;
	}
	return rep_diverged(r, t, "found system call %s",
			    sys_name(t->call_nr) ? sys_name(t->call_nr) : "?");
}

/* 1: answered from the header, nothing happened that the trace knows of. */
static int came_to_insn(struct replayer *r, struct task *t, const struct task_stop *s,
			enum rep_moved *moved)
{
	const struct event *e = &r->next;

	if ((s->dbt.insn == DBT_INSN_CPUID && trace_cpuid_answer(r->header, &t->regs)) ||
	    (s->dbt.insn == DBT_INSN_XGETBV && trace_xgetbv_answer(r->header, &t->regs))) {
		t->regs.rip += s->dbt.insn_bytes;
		return 1;
	}
	if (e->kind != EVENT_INSN || e->insn != (int)s->dbt.insn)
		return rep_diverged(r, t, "found an instruction that sees the outside (%d)",
				    s->dbt.insn);
	*moved = REP_AT_PLACE;
	return rep_check_regs(r, t);
}

static int came_to_fault(struct replayer *r, struct task *t, const struct task_stop *s,
			 enum rep_moved *moved)
{
	const struct event *e = &r->next;

	if (e->kind != EVENT_SIGNAL || !(e->flags & EVENT_SYNC) || e->signo != s->info.si_signo)
		return rep_diverged(r, t, "found %s, address %p", sys_signal_name(s->info.si_signo),
				    s->info.si_addr);
	*moved = REP_AT_PLACE;
	return rep_check_regs(r, t);
}

static int stopped(struct replay_stop *stop, struct task *t, enum replay_stop_kind kind,
		   enum rep_moved *moved)
{
	stop->kind = kind;
	stop->tid = t->tid;
	*moved = REP_STOPPED;
	return 0;
}

static int wait_for(struct replayer *r, struct task *t, struct task_stop *s)
{
	struct task *found;
	int err;

	while ((err = tracees_wait(r->tracees, t, &found, s)) == -EINTR) {
		if (!r->interrupted)
			continue;
		err = task_interrupt(t);
		if (err)
			return err;
	}
	return err;
}

static int watch_type(const struct replayer *r, const struct task_stop *s)
{
	for (size_t i = 0; s->access && i < r->n_watches; i++)
		if (r->watches[i].addr == s->dbt.watch && r->watches[i].type != REPLAY_WATCH_WRITE)
			return r->watches[i].type;
	return REPLAY_WATCH_WRITE;
}

struct running {
	bool user_step; /* the debugger wants one instruction */
	bool fine;	/* ticks are right, pc is not: instruction by instruction */
	bool arrives;	/* runs until a register has the expected value */
	unsigned steps;
};

/* A register that tells the place from where the task is now; -1: none. */
static int telling_register(const struct task *t, const struct event *e)
{
	struct regs found = t->regs, expected = e->regs;

	for (unsigned i = 0; i < 16; i++)
		if (*regs_gpr(&found, i) != *regs_gpr(&expected, i))
			return (int)i;
	return -1;
}

/* Somewhere in a loop or a recursion without conditional branches: on to where that
 * register has the expected value. */
static int search(struct task *t, const struct event *e, struct running *how)
{
	struct regs expected = e->regs;
	int reg = t->regs.rip == e->regs.rip ? telling_register(t, e) : -1, err = 0;

	if (reg < 0)
		return task_run_step(t);
	if (dbt_shared(t->space->dbt))
		err = space_unshare(t);
	if (err)
		return err;
	how->arrives = true;
	dbt_set_arrival(t->space->dbt, e->regs.rip, (unsigned)reg,
			*regs_gpr(&expected, (unsigned)reg));
	return task_run(t, e->ticks + 1);
}

static int start(struct replayer *r, struct task *t, struct running *how)
{
	const struct event *e = &r->next;
	bool lost;

	how->fine = !stops_by_itself(e) && t->ticks == e->ticks;
	lost = how->fine && !how->user_step && ++how->steps > MAX_STEPS;
	if (t->ticks > e->ticks || (lost && !(e->flags & (EVENT_INEXACT | EVENT_SYNC))))
		return rep_diverged(r, t, "ticks expected %lu, pc expected 0x%lx", e->ticks,
				    e->regs.rip);
	if (lost)
		return search(t, e, how);
	if (how->user_step || how->fine || r->over_breakpoint)
		return task_run_step(t);
	e = rep_give(r, t);
	return task_run(t, e->ticks + (stops_by_itself(e) ? SLACK_TICKS : 0));
}

/* Deals with one stop: *moved tells whether that was the end of it; 1: go on. */
static int came(struct replayer *r, struct task *t, struct task_stop *s, struct running *how,
		struct replay_stop *stop, enum rep_moved *moved)
{
	int err;

	switch (s->kind) {
	case TASK_SYSCALL:
		return came_to_call(r, t, moved);
	case TASK_INSN:
		err = came_to_insn(r, t, s, moved);
		return err == 1 && how->user_step ? stopped(stop, t, REPLAY_STEP, moved) : err;
	case TASK_FAULT:
		return came_to_fault(r, t, s, moved);
	case TASK_TICKS:
		if (stops_by_itself(&r->next))
			return rep_diverged(r, t, "it ran past the event");
		return 1;
	case TASK_STEP:
		return how->user_step ? stopped(stop, t, REPLAY_STEP, moved) : 1;
	case TASK_BREAKPOINT:
		if (how->arrives && t->regs.rip == r->next.regs.rip)
			return 1;
		return stopped(stop, t, REPLAY_BREAKPOINT, moved);
	case TASK_WATCH:
		stop->watch_addr = s->dbt.watch;
		stop->watch_type = watch_type(r, s);
		rep_sync_watches(t);
		return stopped(stop, t, REPLAY_WATCH, moved);
	case TASK_SIGNAL:
		t->n_pending = 0;
		return r->interrupted ? stopped(stop, t, REPLAY_INTERRUPTED, moved) : 1;
	case TASK_UNSUPPORTED:
		return rep_diverged(r, t, "cannot run the instruction %s", s->dbt.insn_text);
	default:
		return fail(-EIO, "a process of the replay was killed from outside (task %d)",
			    t->tid);
	}
}

int rep_run_to_event(struct replayer *r, struct task *t, bool steps, enum rep_moved *moved,
		     struct replay_stop *stop)
{
	struct running how = { .user_step = steps };
	int err = 1;

	while (err == 1) {
		struct task_stop s;

		if (at_place(t, &r->next)) {
			*moved = REP_AT_PLACE;
			err = 0;
			break;
		}
		err = start(r, t, &how);
		if (!err)
			err = wait_for(r, t, &s);
		if (!err)
			err = rep_take_given(r, t);
		if (err)
			return err;
		r->over_breakpoint = false;
		err = came(r, t, &s, &how, stop, moved);
	}
	if (how.arrives)
		dbt_clear_arrival(t->space->dbt);
	return err;
}
