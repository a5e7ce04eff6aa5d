// SPDX-License-Identifier: MIT
// Stops at the gates: translated code came out for a reason. Translates what
// misses, and lets accesses to guarded and watched pages through, one instruction
// at a time.
#include <errno.h>
#include <sys/mman.h>

#include "preload/runtime.h"
#include "tracee/stops.h"

#define GATE_BYTES 2
#define EFLAGS_RF 0x10000
/* What a handler returns when the report is complete. */
#define REPORTED 2

void task_count(struct task *t)
{
	t->ticks += dbt_counted(t->space->dbt);
	dbt_arm(t->space->dbt, UNLIMITED_BUDGET);
}

void stops_settle(struct task *t)
{
	t->settle = true;
	task_count(t);
	dbt_arm(t->space->dbt, -1);
	dbt_use_untraced(t->space->dbt, false, false);
}

/* Lets the machine go on at host with the program's registers. */
static int load_and_go(struct task *t, taddr_t host)
{
	int r;

	t->machine = t->regs;
	t->machine.rip = host;
	t->machine.orig_rax = (uint64_t)-1;
	dbt_go(t->space->dbt);
	r = os_set_regs(t->os_tid, &t->machine);
	return r ? r : os_cont(t->os_tid, 0);
}

static int resume_at(struct task *t, taddr_t pc, enum dbt_variant variant)
{
	taddr_t host;
	int r = space_enter(t, pc, variant, &host);

	return r ? r : load_and_go(t, host);
}

/* Not executable: jumps there, and the machine raises what the program deserves.
 * When the instruction begins in a page that is, the next one is not. */
static int fault_for_real(struct task *t)
{
	const struct vma *v = vmap_find(&t->space->map, t->regs.rip);

	return load_and_go(t, v && v->prot & PROT_EXEC ? page_ceil(t->regs.rip + 1) : t->regs.rip);
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
	return task_go(t) ? -ESRCH : RUNS_ON;
}

static void begin_call(struct task *t, const struct dbt_stop *stop)
{
	t->in_call = true;
	t->call_entered = false;
	t->call_vdso = stop->vdso;
	t->call_nr = stop->call_nr;
	t->call_pc = stop->insn_pc;
	t->regs.orig_rax = (uint64_t)t->call_nr;
}

static int announce_call(struct task *t, struct task_stop *ret)
{
	begin_call(t, &ret->dbt);
	t->settle = false;
	ret->kind = TASK_SYSCALL;
	return 0;
}

static size_t read_watched(void *task, taddr_t addr, void *ret, size_t len)
{
	return os_read(((struct task *)task)->os_tid, addr, ret, len);
}

/* Behind an instruction that stored an x87 image. */
static int stored_image(struct task *t, struct task_stop *ret)
{
	stops_fix_image(t, &ret->dbt);
	if (dbt_watch_changed(t->space->dbt, read_watched, t, &ret->dbt.watch)) {
		ret->dbt.why = DBT_EXIT_WATCH;
	} else if (t->variant == DBT_STEP || t->writes_through || t->opens_watched) {
		ret->dbt.why = DBT_EXIT_STEP;
	} else {
		int r = resume_at(t, ret->dbt.pc, t->variant);

		return r ? r : RUNS_ON;
	}
	return 0;
}

int stops_run_alone(struct task *t)
{
	taddr_t host;
	int r = space_enter_unguarded(t, t->regs.rip, DBT_STEP, &host);

	if (!r)
		r = load_and_go(t, host);
	return r ? r : RUNS_ON;
}

/* A watched page is open for one instruction. */
int stops_let_access(struct task *t, taddr_t addr)
{
	int r = space_open_watched(t, addr);

	if (r <= 0)
		return r;
	t->opens_watched = true;
	return stops_run_alone(t);
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

/*
 * A write to a page we guard: the instruction is run by itself with the page
 * open. It may lie in that page, so what is translated for it stays unguarded
 * and is dropped behind it.
 */
int stops_let_write_through(struct task *t, taddr_t addr)
{
	int r = space_unguard(t, addr);

	if (r <= 0)
		return r;
	t->writes_through = true;
	r = task_restore_segv(t);
	return r ? r : stops_run_alone(t);
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
	ret->unannounced = !t->in_call;
	begin_call(t, &ret->dbt);
	ret->entry = t->regs;
	ret->entry.rax = ret->dbt.call_rax;
	return 0;
}

bool stops_at_untraced(struct task *t, const struct regs *now, struct task_stop *ret)
{
	struct regs program;

	if (!dbt_at_untraced(t->space->dbt, now, &program, &ret->dbt))
		return false;
	t->machine = *now;
	t->regs = program;
	task_count(t);
	called(t, ret);
	return true;
}

/* Whether this is what the kernel made of a call, and not of being killed in it. */
static bool is_result(int64_t rax)
{
	return !stops_interrupted(rax) && rax != -ENOSYS;
}

bool stops_call_made(struct task *t, struct task_stop *ret)
{
	const taddr_t behind_call = RT_GATE_UNTRACED + GATE_BYTES;
	struct regs now;

	if (!t->space || !t->space->ready || os_get_regs(t->os_tid, &now))
		return false;
	if (t->mode == TASK_IN_KERNEL) {
		if (!t->call_entered || !is_result((int64_t)now.rax))
			return false;
		t->regs.rax = now.rax;
		return true;
	}
	if (t->mode != TASK_RUNNING)
		return false;
	if (dbt_rewind(t->space->dbt, &now) && now.rip == RT_CALLED)
		now.rip = behind_call;
	if (now.rip == behind_call)
		return is_result((int64_t)now.rax) && stops_at_untraced(t, &now, ret);
	if (now.rip != RT_GATE_STOP + GATE_BYTES || !dbt_stops_behind_call(t->space->dbt))
		return false;
	t->machine = now;
	dbt_left(t->space->dbt, &now, &t->regs, &ret->dbt);
	task_count(t);
	return !called(t, ret);
}

int stops_rewind(struct task *t)
{
	struct regs now;
	int r;

	if (t->mode != TASK_RUNNING || !t->space || !t->space->ready)
		return 0;
	r = os_get_regs(t->os_tid, &now);
	if (r || !dbt_rewind(t->space->dbt, &now))
		return r;
	r = os_set_regs(t->os_tid, &now);
	return r ? r : 1;
}

void stops_not_made(struct task *t, struct task_stop *ret)
{
	t->regs.rax = ret->dbt.call_rax;
	t->in_signal_stop = t->at_entry = false;
	ret->kind = TASK_SYSCALL;
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
		r = stored_image(t, ret);
		if (r)
			return r;
	}
	task_count(t);
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
	case DBT_EXIT_VDSO:
		return announce_call(t, ret);
	case DBT_EXIT_CALLED:
		return called(t, ret);
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
	case DBT_EXIT_WILD:
		/* The machine faults on its way to the target, not at the branch,
		 * where the processor would have set its resume flag. */
		t->regs.eflags |= EFLAGS_RF;
		r = load_and_go(t, ret->dbt.target);
		return r ? r : RUNS_ON;
	case DBT_EXIT_UNDECODED:
		r = load_and_go(t, RT_UNDEFINED);
		return r ? r : RUNS_ON;
	default:
		ret->kind = TASK_UNSUPPORTED;
		return 0;
	}
}

int stops_at_gate(struct task *t, struct task_stop *ret)
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
	if (t->machine.rip != RT_GATE_STOP + GATE_BYTES &&
	    t->machine.rip != RT_GATE_TRACED + GATE_BYTES) {
		return fail(-EPROTO,
			    "task %d made system call %ld at 0x%lx, outside translated "
			    "code",
			    t->tid, (long)t->machine.orig_rax, t->machine.rip);
	}
	return left_cache(t, ret);
}
