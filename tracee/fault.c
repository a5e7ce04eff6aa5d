// SPDX-License-Identifier: MIT
// Signal-delivery stops: what an instruction raised is the program's at once,
// with the program's registers; anything else waits for the end of a tick.
#include <errno.h>
#include <signal.h>
#include <string.h>

#include "preload/runtime.h"
#include "tracee/stops.h"

static bool raised_by_instruction(const siginfo_t *info)
{
	switch (info->si_signo) {
	case SIGSEGV:
	case SIGBUS:
	case SIGFPE:
	case SIGILL:
	case SIGTRAP:
		return info->si_code > 0;
	default:
		return false;
	}
}

/* The stack has come to where it has no shadow: the CALL or RET is done without. */
static int go_without_shadow(struct task *t)
{
	int r = space_leave_shadow(t);

	if (!r)
		r = task_go(t);
	return r ? r : RUNS_ON;
}

static int fault(struct task *t, struct task_stop *ret)
{
	struct dbt_recovered where = { 0 };
	int r = os_get_regs(t->os_tid, &t->machine);

	if (r)
		return r;
	if (!dbt_owns(t->space->dbt, t->machine.rip) || t->machine.rip == RT_UNDEFINED) {
		/* fault_for_real(): what the processor adds is its resume flag. */
		t->regs.eflags = t->machine.eflags;
		if (t->machine.rip == RT_UNDEFINED)
			ret->info.si_addr = (void *)t->regs.rip;
	} else {
		r = dbt_recover(t->space->dbt, &t->machine, &t->regs, &where);
		if (r) {
			return fail(-EPROTO,
				    "task %d: signal %d at 0x%lx, where no instruction of "
				    "the program is",
				    t->tid, ret->info.si_signo, t->machine.rip);
		}
		task_count(t);
		t->ticks += where.ticks;
		if (where.shadow)
			return go_without_shadow(t);
		if (ret->info.si_signo == SIGSEGV && ret->info.si_code == SEGV_ACCERR) {
			r = stops_let_access(t, (taddr_t)ret->info.si_addr);
			if (!r)
				r = stops_let_write_through(t, (taddr_t)ret->info.si_addr);
			if (r)
				return r;
		}
		if (ret->info.si_signo == SIGILL || ret->info.si_signo == SIGFPE ||
		    (ret->info.si_signo == SIGTRAP && ret->info.si_code != SI_KERNEL))
			ret->info.si_addr = (void *)where.pc;
	}
	t->in_signal_stop = true;
	t->settle = false;
	ret->kind = TASK_FAULT;
	return 0;
}

/*
 * A signal that was pending when the task was resumed: no instruction has been
 * executed, so it can be delivered here. Programs rely on that: kill(2) of
 * oneself and sigprocmask(2) deliver before they return.
 */
static bool not_begun(struct task *t)
{
	struct regs now;

	if (!t->fresh || t->step || dbt_begun(t->space->dbt) || os_get_regs(t->os_tid, &now))
		return false;
	now.orig_rax = t->machine.orig_rax;
	now.eflags = t->machine.eflags;
	return !memcmp(&now, &t->machine, sizeof(now));
}

/*
 * The signal came on the way into a call that is made without a stop, or in it.
 * Returns 1 when it is none of these.
 */
static int signal_at_untraced(struct task *t, struct task_stop *ret)
{
	struct regs now;
	int status, r;

	for (;;) {
		r = os_get_regs(t->os_tid, &now);
		if (r || now.rip < RT_SYSCALL_CHOOSE || now.rip >= RT_SYSCALL_CHOSEN)
			break;
		r = os_step(t->os_tid, 0);
		if (!r)
			r = task_wait_internal(t, os_step, &status);
		if (r)
			return r;
	}
	if (r || (now.rip != RT_GATE_UNTRACED &&
		  ((int64_t)now.orig_rax < 0 || !task_is_restart((int64_t)now.rax))))
		return r ? r : 1;
	if (!stops_at_untraced(t, &now, ret))
		return 1;
	if (now.rip == RT_GATE_UNTRACED) {
		task_stash(t, &ret->info);
		stops_not_made(t, ret);
		return 0;
	}
	t->call_entered = t->in_signal_stop = true;
	ret->kind = TASK_SIGNAL_IN_CALL;
	return 0;
}

int stops_at_signal(struct task *t, struct task_stop *ret)
{
	int r = os_get_siginfo(t->os_tid, &ret->info), rewound;

	if (r)
		return r;
	rewound = stops_rewind(t);
	if (rewound < 0)
		return rewound;
	if (rewound && raised_by_instruction(&ret->info)) {
		/* The call's output cannot be copied (any more): by a stop, then. */
		dbt_use_untraced(t->space->dbt, false, false);
		r = os_cont(t->os_tid, 0);
		return r ? r : RUNS_ON;
	}
	if (!t->call_entered && t->space && t->space->untraced) {
		r = signal_at_untraced(t, ret);
		if (r != 1)
			return r;
	}
	if (t->call_entered) {
		r = os_get_regs(t->os_tid, &t->machine);
		t->regs.rax = t->machine.rax;
		t->in_signal_stop = true;
		ret->kind = TASK_SIGNAL_IN_CALL;
		return r;
	}
	if (raised_by_instruction(&ret->info))
		return fault(t, ret);
	task_stash(t, &ret->info);
	if (not_begun(t)) {
		dbt_arm(t->space->dbt, UNLIMITED_BUDGET);
		t->settle = false;
		ret->kind = TASK_SIGNAL;
		return 0;
	}
	if (!t->step && !t->settle)
		stops_settle(t);
	r = os_cont(t->os_tid, 0);
	return r ? r : RUNS_ON;
}
