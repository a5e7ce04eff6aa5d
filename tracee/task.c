// SPDX-License-Identifier: MIT
// Running a task: how fine, how far, and through the calls it makes.
//
// A target is reached in two legs: superblocks until a few ticks before it, then
// the exact variant, which stops directly behind the branch that was asked for.
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "preload/runtime.h"
#include "tracee/private.h"

/* The variant and the counter's budget for what is left to the target. */
static enum dbt_variant choose(const struct task *t, int64_t *budget)
{
	int64_t left =
		t->target == TASK_NO_TARGET ? UNLIMITED_BUDGET : (int64_t)(t->target - t->ticks);

	if (t->step) {
		*budget = UNLIMITED_BUDGET;
		return DBT_STEP;
	}
	if (t->settle)
		left = 1;
	*budget = dbt_budget(t->space->dbt, left);
	if (*budget)
		return DBT_NORMAL;
	*budget = left - 1;
	return DBT_EXACT;
}

int task_go(struct task *t)
{
	int64_t budget;
	bool untraced;
	taddr_t host;
	int r;

	t->variant = choose(t, &budget);
	/* A signal that waits must not be held up by a call that waits. */
	untraced = t->space->untraced && t->variant == DBT_NORMAL && !t->space->n_guarded &&
		   !t->n_pending;
	dbt_use_untraced(t->space->dbt, untraced, t->space->refs == 1);
	if (t->tracees->options.replay)
		dbt_use_given(t->space->dbt, t->variant == DBT_NORMAL);
	r = space_enter(t, t->regs.rip, t->variant, &host);
	if (r)
		return r;
	dbt_arm(t->space->dbt, budget);
	dbt_set_time(t->space->dbt, t->ticks);
	dbt_go(t->space->dbt);
	t->machine = t->regs;
	t->machine.rip = host;
	t->machine.orig_rax = (uint64_t)-1;
	r = os_set_regs(t->os_tid, &t->machine);
	if (!r)
		r = os_cont(t->os_tid, 0);
	t->at_entry = t->in_signal_stop = false;
	t->fresh = true;
	t->mode = TASK_RUNNING;
	return r;
}

int task_run(struct task *t, ticks_t target)
{
	t->step = false;
	t->target = target;
	return task_go(t);
}

int task_run_step(struct task *t)
{
	t->step = true;
	t->target = TASK_NO_TARGET;
	return task_go(t);
}

static void load_args(struct regs *regs, const uint64_t args[6])
{
	regs->rdi = args[0];
	regs->rsi = args[1];
	regs->rdx = args[2];
	regs->r10 = args[3];
	regs->r8 = args[4];
	regs->r9 = args[5];
}

/* The stop at the gate has passed (a call was injected): comes there again. */
static int reenter_gate(struct task *t, int nr)
{
	struct regs regs = t->regs;
	int status, r;

	regs.rip = RT_GATE_TRACED;
	regs.rax = (uint64_t)nr;
	regs.orig_rax = (uint64_t)-1;
	r = os_set_regs(t->os_tid, &regs);
	if (!r)
		r = os_cont(t->os_tid, 0);
	if (!r)
		r = task_wait_internal(t, os_cont, &status);
	if (!r)
		r = os_get_regs(t->os_tid, &t->machine);
	t->at_entry = !r;
	return r;
}

int task_perform(struct task *t, int nr, const uint64_t args[6])
{
	struct regs regs;
	int r = t->at_entry ? 0 : reenter_gate(t, nr);

	if (r)
		return r;
	regs = t->machine;
	if (args)
		load_args(&regs, args);
	regs.orig_rax = (uint64_t)nr;
	if (args || t->machine.orig_rax != (uint64_t)nr) {
		r = os_set_regs(t->os_tid, &regs);
		if (r)
			return r;
	}
	t->at_entry = false;
	t->call_entered = true;
	t->mode = TASK_IN_KERNEL;
	return os_cont_to_syscall(t->os_tid, 0);
}

int task_resume_kernel(struct task *t)
{
	t->mode = TASK_IN_KERNEL;
	return os_cont_to_syscall(t->os_tid, 0);
}

void task_finish_call(struct task *t, int64_t result)
{
	t->regs.rax = (uint64_t)result;
	if (t->call_vdso) {
		taddr_t back = 0;

		task_read(t, t->regs.rsp, &back, sizeof(back));
		t->regs.rip = back;
		t->regs.rsp += 8;
	} else {
		/* Source: Intel SDM "SYSCALL": RCX <- RIP, R11 <- RFLAGS */
		t->regs.rcx = t->regs.rip;
		t->regs.r11 = t->regs.eflags;
	}
	t->regs.orig_rax = (uint64_t)-1;
	t->segv_known &= t->call_nr != SYS_rt_sigaction;
	t->in_call = t->call_entered = t->call_vdso = false;
}

int task_listen(struct task *t)
{
	return os_listen(t->os_tid);
}

int task_interrupt(struct task *t)
{
	return os_interrupt(t->os_tid);
}

bool task_waits(struct task *t)
{
	return t->mode == TASK_RUNNING && t->space->untraced && os_sleeps(t->os_tid);
}

size_t task_read(struct task *t, taddr_t addr, void *ret, size_t len)
{
	return os_read(t->os_tid, addr, ret, len);
}

size_t task_write(struct task *t, taddr_t addr, const void *data, size_t len)
{
	if (t->space && t->space->ready && dbt_has_code(t->space->dbt, addr, len) &&
	    space_code_going(t, page_floor(addr), page_ceil(addr + len)))
		return 0;
	return os_write(t->os_tid, addr, data, len);
}

/* Where the x87 instruction pointer is in an XSAVE image.
 * Source: Intel SDM "x87 State", FXSAVE64 layout */
#define FIP_OFFSET 8

int task_get_xstate(struct task *t, struct buf *ret)
{
	uint64_t fip;
	int r = os_get_xstate(t->os_tid, ret);

	if (r || !t->space || !t->space->dbt || ret->len < FIP_OFFSET + sizeof(fip))
		return r;
	memcpy(&fip, ret->data + FIP_OFFSET, sizeof(fip));
	fip = dbt_fix_fip(t->space->dbt, fip, sizeof(fip));
	memcpy(ret->data + FIP_OFFSET, &fip, sizeof(fip));
	return 0;
}

int task_set_xstate(struct task *t, const void *data, size_t len)
{
	return os_set_xstate(t->os_tid, data, len);
}

int task_wait_for_child(struct tracees *w, pid_t child)
{
	pid_t tid;
	int status, r;

	if (tracees_take_early(w, child, &tid, &status))
		return 0;
	do
		r = os_wait(child, &tid, &status);
	while (r == -EINTR);
	return r;
}

int task_adopt_child(struct task *parent, const struct task_stop *stop, struct task **ret)
{
	struct task *t;
	int r = task_wait_for_child(parent->tracees, stop->child);

	if (r)
		return r;
	t = task_new(parent->tracees, stop->child, stop->child);
	if (!t)
		return -ENOMEM;
	r = os_get_regs(t->os_tid, &t->machine);
	t->regs = parent->regs;
	t->regs.rsp = t->machine.rsp;
	t->regs.fs_base = t->machine.fs_base;
	t->regs.rax = 0;
	t->regs.rcx = t->regs.rip;
	t->regs.r11 = t->regs.eflags;
	if (r)
		return r;
	if (stop->child_shares) {
		t->space = parent->space;
		t->space->refs++;
	} else {
		r = space_fork(t, parent->space);
	}
	*ret = t;
	return r;
}
