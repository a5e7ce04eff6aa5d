// SPDX-License-Identifier: MIT
// The native run: one instruction at a time, from the first one behind the exec.
//
// Single-stepping shows: PUSHF pushes the tracer's TF, and SYSCALL puts it into
// R11. Both are taken out again, as in a run that nobody watches.
#include <Zydis/Zydis.h>
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "steps.h"
#include "tracee/os.h"

#define FLAG_TF 0x100u
#define XSTATE_FEATURES 512

struct native {
	const struct steps_program *p;
	struct steps_run *run;
	struct task *t;
	struct regs regs;
	uint64_t seed;
	ticks_t next; /* tick to be compared */
	const struct steps_memory *last_memory;
	ZydisDecoder decoder;
	bool ended;
};

static uint64_t random_number(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

/* ---- the list ---- */

static struct steps_item *add_item(struct native *n, enum steps_kind kind)
{
	struct steps_run *run = n->run;
	struct steps_item *i;

	if (run->n == run->cap) {
		size_t cap = run->cap ? 2 * run->cap : 256;

		i = realloc(run->items, cap * sizeof(*i));
		if (!i)
			return NULL;
		run->items = i;
		run->cap = cap;
		n->last_memory = NULL;
		for (size_t k = run->n; k-- > 0 && !n->last_memory;)
			if (i[k].memory.n)
				n->last_memory = &i[k].memory;
	}
	i = &run->items[run->n++];
	*i = (struct steps_item){ .kind = kind, .ticks = run->ticks, .regs = n->regs };
	return i;
}

static int add_state(struct native *n, struct steps_item *i)
{
	int r = os_get_xstate(n->t->os_tid, &i->xstate);
	uint8_t *less;

	/* The buffer has room for any state. */
	less = r ? NULL : realloc(i->xstate.data, i->xstate.len);
	if (less) {
		i->xstate.data = less;
		i->xstate.cap = i->xstate.len;
	}
	if (!r)
		r = steps_memory_take(n->t, n->last_memory, &i->memory);
	n->last_memory = &i->memory;
	return r;
}

static int add_each(struct native *n, const struct regs *regs)
{
	struct steps_run *run = n->run;

	if (run->n_each == run->cap_each) {
		size_t cap = run->cap_each ? 2 * run->cap_each : 4096;
		struct steps_each *e = realloc(run->each, cap * sizeof(*e));

		if (!e)
			return -ENOMEM;
		run->each = e;
		run->cap_each = cap;
	}
	run->each[run->n_each++] = (struct steps_each){ *regs, run->ticks };
	return 0;
}

static int add_tick(struct native *n)
{
	struct steps_item *i;

	n->next = n->run->ticks + 1 +
		  (n->p->distance > 1 ? random_number(&n->seed) % (2 * n->p->distance - 1) : 0);
	i = add_item(n, STEPS_TICK);
	return i ? add_state(n, i) : -ENOMEM;
}

/* ---- steps ---- */

static int wait_stop(struct native *n, int *status)
{
	pid_t tid;
	int r;

	do
		r = os_wait(n->t->os_tid, &tid, status);
	while (r == -EINTR);
	if (!r && !WIFSTOPPED(*status))
		return fail(-ECHILD, "the program is gone (status %#x)", *status);
	return r;
}

static int step(struct native *n, int signo, int *status)
{
	int r = os_step(n->t->os_tid, signo);

	if (!r)
		r = wait_stop(n, status);
	return r ? r : os_get_regs(n->t->os_tid, &n->regs);
}

static bool own_signal(const siginfo_t *info)
{
	return info->si_signo != SIGTRAP || info->si_code == SI_KERNEL;
}

/* An instruction raised a signal: into its handler, if it has one. */
static int fault(struct native *n, const struct regs *before, const siginfo_t *info)
{
	struct steps_item *i;
	enum task_disposition what;
	taddr_t image;
	int status, r = task_disposition(n->t, info->si_signo, &what);

	if (r)
		return r;
	i = add_item(n, STEPS_FAULT);
	if (!i)
		return -ENOMEM;
	i->info = *info;
	i->regs = info->si_signo == SIGTRAP ? n->regs : *before;
	n->ended = what != TASK_SIG_HANDLED;
	if (n->ended)
		return 0;
	r = step(n, info->si_signo, &status);
	i->after = n->regs;
	image = steps_frame_image(n->t, n->regs.rsp);
	if (image)
		task_read(n->t, image + XSTATE_FEATURES, &i->frame_features,
			  sizeof(i->frame_features));
	return r;
}

/* One instruction that is no system call. ret: whether it was completed. */
static int step_insn(struct native *n, const struct regs *before, bool *ret)
{
	siginfo_t info;
	int status, r = step(n, 0, &status);

	*ret = false;
	if (!r)
		r = os_get_siginfo(n->t->os_tid, &info);
	if (r)
		return r;
	if (own_signal(&info))
		return fault(n, before, &info);
	*ret = true;
	return 0;
}

static int take_tf_from_stack(struct native *n)
{
	uint16_t flags = 0;

	if (task_read(n->t, n->regs.rsp, &flags, 2) != 2)
		return -EFAULT;
	flags &= (uint16_t)~FLAG_TF;
	return task_write(n->t, n->regs.rsp, &flags, 2) == 2 ? 0 : -EFAULT;
}

/* ---- system calls ---- */

static int keep_written(struct native *n, struct steps_item *i, const struct sys_plan *plan)
{
	const struct sys_mem mem = { steps_read, n->t };
	int r = plan->modelled ? sys_plan_exit(plan, &mem, i->result, &i->written) : 0;

	for (size_t k = 0; !r && k < i->written.n; k++) {
		struct sys_area *a = &i->written.items[k];
		uint8_t *to;

		r = buf_extend(&i->data, a->bytes, &to);
		if (!r)
			a->bytes = task_read(n->t, a->addr, to, a->bytes);
		if (!r)
			i->data.len = (size_t)(to - i->data.data) + a->bytes;
	}
	return r;
}

/* Through the stop of the seccomp filter to the one behind the call. */
static int step_call(struct native *n, bool refuse)
{
	struct regs regs;
	int status, r = step(n, 0, &status);

	if (!r && status >> 16 != PTRACE_EVENT_SECCOMP)
		return fail(-EPROTO, "a system call without its stop (status %#x)", status);
	regs = n->regs;
	if (!r && refuse) {
		regs.orig_rax = (uint64_t)-1;
		regs.rax = (uint64_t)-ENOSYS;
		r = os_set_regs(n->t->os_tid, &regs);
	}
	if (!r)
		r = step(n, 0, &status);
	if (r)
		return r;
	if (status >> 8 != SIGTRAP)
		return fail(-EPROTO, "behind a system call: status %#x", status);
	return 0;
}

static int take_tf_from_r11(struct native *n)
{
	n->regs.r11 &= ~(uint64_t)FLAG_TF;
	return os_set_regs(n->t->os_tid, &n->regs);
}

static int system_call(struct native *n, unsigned bytes)
{
	struct steps_item *i = add_item(n, STEPS_CALL);
	struct sys_call call = { .nr = (int)n->regs.rax };
	const struct sys_mem mem = { steps_read, n->t };
	struct sys_plan plan = { 0 };
	int r;

	if (!i)
		return -ENOMEM;
	i->regs.rip += bytes;
	r = add_state(n, i);
	if (r)
		return r;
	if (steps_ends_at(call.nr)) {
		n->ended = true;
		if (call.nr == SYS_exit || call.nr == SYS_exit_group)
			n->run->status = (int)(n->regs.rdi & 0xff);
		return 0;
	}
	steps_args(&n->regs, call.args);
	r = sys_plan_enter(&call, &mem, &plan);
	if (!r)
		r = step_call(n, steps_refuses(call.nr));
	i->result = (int64_t)n->regs.rax;
	if (!r)
		r = keep_written(n, i, &plan);
	if (!r && call.nr != SYS_rt_sigreturn)
		r = take_tf_from_r11(n);
	i->after = n->regs;
	if (!r)
		r = steps_track_map(n->t, call.nr, &i->regs, i->result);
	sys_plan_deinit(&plan);
	return r;
}

/* ---- instructions ---- */

static bool is_conditional(const ZydisDecodedInstruction *z)
{
	return z->meta.category == ZYDIS_CATEGORY_COND_BR &&
	       z->mnemonic != ZYDIS_MNEMONIC_XBEGIN;
}

static bool is_outside(const ZydisDecodedInstruction *z)
{
	switch (z->mnemonic) {
	case ZYDIS_MNEMONIC_RDTSC: case ZYDIS_MNEMONIC_RDTSCP: case ZYDIS_MNEMONIC_RDPID:
	case ZYDIS_MNEMONIC_RDRAND: case ZYDIS_MNEMONIC_RDSEED: case ZYDIS_MNEMONIC_CPUID:
	case ZYDIS_MNEMONIC_XGETBV:
		return true;
	default:
		return false;
	}
}

static int outside(struct native *n)
{
	struct steps_item *i = add_item(n, STEPS_INSN);
	bool completed;
	size_t at = n->run->n - 1;
	int r = i ? step_insn(n, &i->regs, &completed) : -ENOMEM;

	if (!r)
		n->run->items[at].after = n->regs;
	return r;
}

static int plain(struct native *n, const ZydisDecodedInstruction *z)
{
	const struct regs before = n->regs;
	bool repeats = z->attributes & (ZYDIS_ATTRIB_HAS_REP | ZYDIS_ATTRIB_HAS_REPE |
					ZYDIS_ATTRIB_HAS_REPNE);
	bool completed;
	int r;

	do
		r = step_insn(n, &n->regs, &completed);
	while (!r && completed && repeats && n->regs.rip == before.rip);
	if (r || !completed)
		return r;
	if (z->mnemonic == ZYDIS_MNEMONIC_PUSHF || z->mnemonic == ZYDIS_MNEMONIC_PUSHFQ)
		r = take_tf_from_stack(n);
	if (!r && is_conditional(z)) {
		n->run->ticks++;
		if (n->run->ticks == n->next ||
		    (n->p->max_insns && n->run->insns + 1 >= n->p->max_insns))
			r = add_tick(n);
		n->ended = n->p->max_insns && n->run->insns + 1 >= n->p->max_insns;
	}
	return r;
}

/*
 * XBEGIN aborts under a single step, of which the trap is reported either there
 * or behind the next instruction, and why it aborted is the machine's affair.
 */
static int transaction(struct native *n, const ZydisDecodedInstruction *z)
{
	const taddr_t fallback = n->regs.rip + z->length + (uint64_t)z->raw.imm[0].value.s;
	struct regs after = n->regs;
	bool completed;
	int r = step_insn(n, &after, &completed);

	if (r || !completed)
		return r;
	if (n->regs.rip == fallback) {
		n->regs.rax = 0;
		return os_set_regs(n->t->os_tid, &n->regs);
	}
	after.rip = fallback;
	after.rax = 0;
	return add_each(n, &after);
}

static int one(struct native *n)
{
	ZydisDecodedInstruction z;
	uint8_t code[ZYDIS_MAX_INSTRUCTION_LENGTH];
	size_t got = task_read(n->t, n->regs.rip, code, sizeof(code));
	int r = add_each(n, &n->regs);

	if (r)
		return r;
	if (!ZYAN_SUCCESS(ZydisDecoderDecodeInstruction(&n->decoder, NULL, code, got, &z)))
		memset(&z, 0, sizeof(z));
	if (z.mnemonic == ZYDIS_MNEMONIC_SYSCALL)
		r = system_call(n, z.length);
	else if (z.mnemonic == ZYDIS_MNEMONIC_XBEGIN)
		r = transaction(n, &z);
	else
		r = is_outside(&z) ? outside(n) : plain(n, &z);
	n->run->insns++;
	return r;
}

static int run_all(struct native *n, struct tracees *w)
{
	int r = steps_start(n->p, w, &n->t);

	if (r)
		return r;
	n->regs = n->t->regs;
	while (!r && !n->ended)
		r = one(n);
	return r;
}

int steps_native(const struct steps_program *p, struct steps_run *ret)
{
	struct tracees_options o = { .core = -1 };
	struct native n = { .p = p, .run = ret, .seed = p->seed | 1, .next = 1 };
	struct tracees *w;
	int r = tracees_create(&o, &w);

	*ret = (struct steps_run){ .status = -1 };
	if (r)
		return r;
	ZydisDecoderInit(&n.decoder, ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64);
	r = run_all(&n, w);
	tracees_destroy(w);
	return r;
}

void steps_run_deinit(struct steps_run *r)
{
	for (size_t i = 0; i < r->n; i++) {
		buf_deinit(&r->items[i].xstate);
		buf_deinit(&r->items[i].data);
		sys_areas_deinit(&r->items[i].written);
		steps_memory_deinit(&r->items[i].memory);
	}
	free(r->items);
	free(r->each);
	*r = (struct steps_run){ 0 };
}
