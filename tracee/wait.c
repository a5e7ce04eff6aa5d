// SPDX-License-Identifier: MIT
// From the kernel's stops to those that matter above: translates what misses,
// lets guarded writes through, puts asynchronous signals aside until a tick ends.
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <time.h>

#include "preload/runtime.h"
#include "tracee/private.h"

#define GATE_BYTES 2

/* What a handler returns when the task runs on and there is nothing to report. */
#define RUNS_ON 1
/* ... and when the report is complete. */
#define REPORTED 2

static void count(struct task *t)
{
	t->ticks += dbt_counted(t->space->dbt);
	dbt_arm(t->space->dbt, INT64_MAX / 4);
}

static int resume_at(struct task *t, taddr_t pc, enum dbt_variant variant)
{
	taddr_t host;
	int r = space_enter(t, pc, variant, &host);

	if (r)
		return r;
	t->machine = t->regs;
	t->machine.rip = host;
	t->machine.orig_rax = (uint64_t)-1;
	r = os_set_regs(t->os_tid, &t->machine);
	return r ? r : os_cont(t->os_tid, 0);
}

static int jump_to(struct task *t, taddr_t pc)
{
	int r;

	t->machine = t->regs;
	t->machine.rip = pc;
	t->machine.orig_rax = (uint64_t)-1;
	r = os_set_regs(t->os_tid, &t->machine);
	return r ? r : os_cont(t->os_tid, 0);
}

/* Not executable: jumps there, and the machine raises what the program deserves.
 * When the instruction begins in a page that is, the next one is not. */
static int fault_for_real(struct task *t)
{
	const struct vma *v = vmap_find(&t->space->map, t->regs.rip);

	return jump_to(t, v && v->prot & PROT_EXEC ? page_ceil(t->regs.rip + 1) : t->regs.rip);
}

static int out_of_ticks(struct task *t, struct task_stop *ret)
{
	if (t->variant == DBT_EXACT) {
		if (t->settle) {
			t->settle = false;
			ret->kind = TASK_SIGNAL;
			return 0;
		}
		if (t->ticks >= t->target) {
			ret->kind = TASK_TICKS;
			return 0;
		}
	}
	t->near = true;
	return task_go(t) ? -ESRCH : RUNS_ON;
}

static int announce_call(struct task *t, struct task_stop *ret, bool vdso)
{
	t->in_call = true;
	t->call_entered = false;
	t->call_vdso = vdso;
	t->call_nr = vdso ? ret->dbt.vdso_nr : (int)t->regs.rax;
	t->call_pc = vdso ? t->regs.rip : ret->dbt.insn_pc;
	t->regs.orig_rax = (uint64_t)t->call_nr;
	t->settle = false;
	ret->kind = TASK_SYSCALL;
	return 0;
}

/* An x87 image was stored with the address of translated code in it. */
static void fix_fip(struct task *t, const struct dbt_stop *stop)
{
	uint64_t fip = 0;
	size_t bytes = stop->fip_bytes;

	if (bytes && bytes <= sizeof(fip) && os_read(t->os_tid, stop->fip_addr, &fip, bytes) == bytes) {
		fip = dbt_fix_fip(t->space->dbt, fip, (unsigned)bytes);
		os_write(t->os_tid, stop->fip_addr, &fip, bytes);
	}
}

/* The instruction at t->regs.rip by itself. */
static int run_alone(struct task *t)
{
	taddr_t host;
	int r = dbt_enter(t->space->dbt, t->regs.rip, DBT_STEP, &host);

	if (r == -EXDEV) {
		r = space_unshare(t);
		if (!r)
			r = dbt_enter(t->space->dbt, t->regs.rip, DBT_STEP, &host);
	}
	if (r)
		return r;
	t->machine = t->regs;
	t->machine.rip = host;
	t->machine.orig_rax = (uint64_t)-1;
	r = os_set_regs(t->os_tid, &t->machine);
	if (!r)
		r = os_cont(t->os_tid, 0);
	return r ? r : RUNS_ON;
}

/* A watched page is open for one instruction. */
static int let_access(struct task *t, taddr_t addr)
{
	int r = space_open_watched(t, addr);

	if (r <= 0)
		return r;
	t->opens_watched = true;
	return run_alone(t);
}

static int accessed(struct task *t, struct task_stop *ret)
{
	int r = space_close_watched(t);

	t->opens_watched = false;
	if (r || ret->dbt.why != DBT_EXIT_STEP)
		return r;
	if (t->watch_hit) {
		ret->kind = TASK_WATCH;
		ret->dbt.watch = t->watch_hit;
		ret->access = true;
		return REPORTED;
	}
	if (t->step)
		return 0;
	r = task_go(t);
	return r ? r : RUNS_ON;
}

static int wrote_through(struct task *t, struct task_stop *ret)
{
	int r = space_drop_unguarded(t);

	t->writes_through = false;
	if (r)
		return r;
	if (t->step || ret->dbt.why != DBT_EXIT_STEP)
		return 0;
	r = task_go(t);
	return r ? r : RUNS_ON;
}

static int called(struct task *t, struct task_stop *ret)
{
	ret->kind = TASK_CALLED;
	ret->entry = t->regs;
	ret->entry.rax = ret->entry.orig_rax = (uint64_t)ret->dbt.call_nr;
	ret->unannounced = !t->in_call;
	t->in_call = true;
	t->call_entered = t->call_vdso = false;
	t->call_nr = ret->dbt.call_nr;
	t->call_pc = ret->dbt.insn_pc;
	t->regs.orig_rax = (uint64_t)t->call_nr;
	return 0;
}

static int left_cache(struct task *t, struct task_stop *ret)
{
	struct dbt *d = t->space->dbt;
	int r;

	dbt_left(d, &t->machine, &t->regs, &ret->dbt);
	if (ret->dbt.why == DBT_EXIT_MISS) {
		r = resume_at(t, ret->dbt.pc, t->variant);
		return r ? r : RUNS_ON;
	}
	if (ret->dbt.why == DBT_EXIT_FIP) {
		fix_fip(t, &ret->dbt);
		if (t->variant != DBT_STEP && !t->writes_through && !t->opens_watched) {
			r = resume_at(t, ret->dbt.pc, t->variant);
			return r ? r : RUNS_ON;
		}
		ret->dbt.why = DBT_EXIT_STEP;
	}
	count(t);
	if (t->opens_watched) {
		r = accessed(t, ret);
		if (r)
			return r == REPORTED ? 0 : r;
	}
	if (t->writes_through) {
		r = wrote_through(t, ret);
		if (r)
			return r;
	}
	switch (ret->dbt.why) {
	case DBT_EXIT_TICKS:
		return out_of_ticks(t, ret);
	case DBT_EXIT_SYSCALL:
		return announce_call(t, ret, false);
	case DBT_EXIT_CALLED:
		return called(t, ret);
	case DBT_EXIT_VDSO:
		return announce_call(t, ret, true);
	case DBT_EXIT_INSN:
		ret->kind = TASK_INSN;
		return 0;
	case DBT_EXIT_BREAKPOINT:
		ret->kind = TASK_BREAKPOINT;
		return 0;
	case DBT_EXIT_STEP:
		ret->kind = TASK_STEP;
		return 0;
	case DBT_EXIT_WATCH:
		ret->kind = TASK_WATCH;
		return 0;
	case DBT_EXIT_NOEXEC:
		r = fault_for_real(t);
		return r ? r : RUNS_ON;
	case DBT_EXIT_UNDECODED:
		r = jump_to(t, RT_UNDEFINED);
		return r ? r : RUNS_ON;
	default:
		ret->kind = TASK_UNSUPPORTED;
		return 0;
	}
}

static int at_gate(struct task *t, struct task_stop *ret)
{
	int r = os_get_regs(t->os_tid, &t->machine);

	t->fresh = false;
	if (r)
		return r;
	t->at_entry = true;
	/* The kernel restarts a call that a signal interrupted. */
	if (t->call_entered && t->machine.rip != RT_GATE_STOP + GATE_BYTES) {
		t->at_entry = false;
		r = os_cont_to_syscall(t->os_tid, 0);
		return r ? r : RUNS_ON;
	}
	if (t->machine.rip != RT_GATE_STOP + GATE_BYTES && t->machine.rip != RT_GATE_TRACED + GATE_BYTES) {
		return fail(-EPROTO, "task %d made system call %ld at 0x%lx, outside translated "
				     "code", t->tid, (long)t->machine.orig_rax, t->machine.rip);
	}
	return left_cache(t, ret);
}

/* Results by which the kernel says: a signal comes, then the call goes on.
 * Source: Linux include/linux/errno.h */
static bool is_restart(int64_t result)
{
	return result <= -512 && result >= -516 && result != -515;
}

static int call_ended(struct task *t, struct task_stop *ret)
{
	int r = os_get_regs(t->os_tid, &t->machine);

	if (r)
		return r;
	if (!t->call_entered || is_restart((int64_t)t->machine.rax)) {
		r = os_cont(t->os_tid, 0);
		return r ? r : RUNS_ON;
	}
	t->regs.rax = t->machine.rax;
	t->regs.fs_base = t->machine.fs_base;
	t->regs.gs_base = t->machine.gs_base;
	ret->kind = TASK_SYSCALL_DONE;
	return 0;
}

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

/*
 * A write to a page we guard: the instruction is run by itself with the page
 * open. It may lie in that page, so what is translated for it stays unguarded
 * and is dropped behind it.
 */
static int let_write_through(struct task *t, taddr_t addr)
{
	int r = space_unguard(t, addr);

	if (r <= 0)
		return r;
	t->writes_through = true;
	return run_alone(t);
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
			return fail(-EPROTO, "task %d: signal %d at 0x%lx, where no instruction of "
					     "the program is", t->tid, ret->info.si_signo,
				    t->machine.rip);
		}
		count(t);
		t->ticks += where.ticks;
		dbt_arm(t->space->dbt, INT64_MAX / 4);
		if (ret->info.si_signo == SIGSEGV && ret->info.si_code == SEGV_ACCERR) {
			r = let_access(t, (taddr_t)ret->info.si_addr);
			if (!r)
				r = let_write_through(t, (taddr_t)ret->info.si_addr);
			if (r)
				return r;
		}
		t->in_signal_stop = true;
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

	if (!t->fresh || t->step || dbt_counted(t->space->dbt) || os_get_regs(t->os_tid, &now))
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
	struct regs now, program;
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
		  ((int64_t)now.orig_rax < 0 || !is_restart((int64_t)now.rax))))
		return r ? r : 1;
	if (!dbt_at_untraced(t->space->dbt, &now, &program, &ret->dbt))
		return 1;
	t->machine = now;
	t->regs = program;
	count(t);
	r = called(t, ret);
	if (now.rip == RT_GATE_UNTRACED) {
		/* Not made yet: as if it had been announced. */
		task_stash(t, &ret->info);
		t->in_signal_stop = t->at_entry = false;
		ret->kind = TASK_SYSCALL;
		return r;
	}
	t->call_entered = t->in_signal_stop = true;
	ret->kind = TASK_SIGNAL_IN_CALL;
	return r;
}

static int signal_stop(struct task *t, struct task_stop *ret)
{
	int r = os_get_siginfo(t->os_tid, &ret->info);

	if (r)
		return r;
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
		t->settle = false;
		ret->kind = TASK_SIGNAL;
		return 0;
	}
	if (!t->step && !t->settle) {
		t->settle = true;
		t->ticks += dbt_counted(t->space->dbt);
		dbt_arm(t->space->dbt, -1);
		dbt_use_untraced(t->space->dbt, false);
	}
	r = os_cont(t->os_tid, 0);
	return r ? r : RUNS_ON;
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
			count(t);
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
			return at_gate(t, ret);
	}
	return r ? r : fail(-EPROTO, "task %d cannot be stopped", t->tid);
}

static int ptrace_stop(struct task *t, int signo, struct task_stop *ret)
{
	int r;

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
	if (t->mode == TASK_RUNNING && t->settle && !t->step)
		return stop_between_ticks(t, ret);
	if (t->mode == TASK_RUNNING && !t->step) {
		t->settle = true;
		t->ticks += dbt_counted(t->space->dbt);
		dbt_arm(t->space->dbt, -1);
		dbt_use_untraced(t->space->dbt, false);
	}
	r = os_cont(t->os_tid, 0);
	return r ? r : RUNS_ON;
}

static int exiting(struct task *t, struct task_stop *ret)
{
	unsigned long message = 0;
	int r = os_event_message(t->os_tid, &message);

	ret->kind = TASK_EXITING;
	ret->status = (int)message;
	ret->killed_inside = t->mode == TASK_RUNNING;
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
		return at_gate(t, ret);
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
		return WSTOPSIG(status) == (SIGTRAP | 0x80) ? call_ended(t, ret) :
							      signal_stop(t, ret);
	}
}

static struct task *by_os_tid(struct tracees *w, pid_t os_tid)
{
	for (size_t i = 0; i < w->n; i++)
		if (w->tasks[i]->os_tid == os_tid)
			return w->tasks[i];
	return NULL;
}

/* waitpid() with a timeout: SIGCHLD ends the sleep. */
static int wait_some(struct tracees *w, pid_t want, int timeout_ms, pid_t *tid, int *status)
{
	struct timespec pause = { timeout_ms / 1000, timeout_ms % 1000 * 1000000L };
	sigset_t child, old;
	int r;

	if (tracees_take_early(w, want, tid, status))
		return 0;
	if (timeout_ms < 0)
		return os_wait(want, false, tid, status);
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigprocmask(SIG_BLOCK, &child, &old);
	r = os_wait(want, true, tid, status);
	while (r == -EAGAIN && sigtimedwait(&child, NULL, &pause) > 0)
		r = os_wait(want, true, tid, status);
	sigprocmask(SIG_SETMASK, &old, NULL);
	return r;
}

int tracees_wait(struct tracees *w, struct task *only, int timeout_ms, struct task **t,
		 struct task_stop *ret)
{
	for (;;) {
		struct task *found;
		pid_t tid;
		int status, r = wait_some(w, only ? only->os_tid : -1, timeout_ms, &tid, &status);

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
