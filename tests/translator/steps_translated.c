// SPDX-License-Identifier: MIT
// The translated run: has to come by every item of the native one.
#include <Zydis/Zydis.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include "steps.h"

#define DIFFERS (-EBADMSG)
#define XSTATE_FIP 8
#define XSTATE_FEATURES 512

struct translated {
	const struct steps_variant *v;
	const struct steps_run *native;
	struct tracees *w;
	struct task *t;
	struct buf xstate;
	size_t at;   /* the next item */
	size_t step; /* the next of native->each */
};

static const char *const stop_names[] = {
	[TASK_SYSCALL] = "a system call", [TASK_SYSCALL_DONE] = "the end of a call",
	[TASK_TICKS] = "its tick", [TASK_INSN] = "an instruction that sees the outside",
	[TASK_BREAKPOINT] = "a breakpoint", [TASK_STEP] = "a step", [TASK_FAULT] = "a fault",
	[TASK_SIGNAL] = "a signal", [TASK_EXITING] = "its end", [TASK_GONE] = "its end",
	[TASK_UNSUPPORTED] = "an instruction that is not supported",
};

static const char *const item_names[] = {
	[STEPS_TICK] = "a tick", [STEPS_CALL] = "a system call",
	[STEPS_INSN] = "an instruction that sees the outside", [STEPS_FAULT] = "a fault",
};

/* ---- reporting ---- */

static void print_code(const struct translated *s, taddr_t pc)
{
	uint8_t code[ZYDIS_MAX_INSTRUCTION_LENGTH];
	ZydisDisassembledInstruction d;
	size_t n = task_read(s->t, pc, code, sizeof(code));

	if (n && ZYAN_SUCCESS(ZydisDisassembleATT(ZYDIS_MACHINE_MODE_LONG_64, pc, code, n, &d)))
		fprintf(stderr, "\tat %#" PRIx64 ": %s\n", pc, d.text);
}

static int differs(const struct translated *s, const char *what)
{
	const struct steps_item *i = s->at < s->native->n ? &s->native->items[s->at] : NULL;

	fprintf(stderr, "variant %s: item %zu of %zu (%s, tick %" PRIu64 "): %s\n", s->v->name,
		s->at, s->native->n, i ? item_names[i->kind] : "none", i ? i->ticks : 0, what);
	fprintf(stderr, "\ttranslated: tick %" PRIu64 " at %#" PRIx64 "\n", s->t->ticks,
		s->t->regs.rip);
	print_code(s, s->t->regs.rip);
	if (i) {
		fprintf(stderr, "\tnative: tick %" PRIu64 " at %#" PRIx64 "\n", i->ticks, i->regs.rip);
		print_code(s, i->regs.rip);
	}
	return DIFFERS;
}

static int unexpected(const struct translated *s, const struct task_stop *stop)
{
	const char *name = stop->kind < ARRAY_SIZE(stop_names) ? stop_names[stop->kind] : NULL;
	char text[160];

	if (stop->kind == TASK_FAULT)
		snprintf(text, sizeof(text), "came to a fault (signal %d, code %d, address %p)",
			 stop->info.si_signo, stop->info.si_code, stop->info.si_addr);
	else
		snprintf(text, sizeof(text), "came to %s (%d) %s", name ? name : "a stop", stop->kind,
			 stop->kind == TASK_UNSUPPORTED ? stop->dbt.insn_text : "");
	return differs(s, text);
}

/* ---- comparing ---- */

static int compare_regs(const struct translated *s, const struct regs *expected,
			const char *where)
{
	return steps_regs_equal(expected, &s->t->regs) ? 0 : differs(s, where);
}

/* The image the kernel has of the x87 unit holds an address of translated code. */
static void settle_fip(struct translated *s)
{
	uint64_t fip;

	if (s->xstate.len < 512)
		return;
	memcpy(&fip, s->xstate.data + XSTATE_FIP, sizeof(fip));
	fip = dbt_fix_fip(s->t->space->dbt, fip, 8);
	memcpy(s->xstate.data + XSTATE_FIP, &fip, sizeof(fip));
}

static int compare_state(struct translated *s, const struct steps_item *i)
{
	int r = compare_regs(s, &i->regs, "registers differ");

	if (r)
		return r;
	if (s->t->ticks != i->ticks)
		return differs(s, "the number of ticks differs");
	r = task_get_xstate(s->t, &s->xstate);
	if (r)
		return r;
	settle_fip(s);
	if (!steps_xstate_equal(&i->xstate, &s->xstate))
		return differs(s, "vector registers differ");
	if (!steps_memory_equal(s->t, &i->memory))
		return differs(s, "memory differs");
	return 0;
}

/* ---- items ---- */

static int give_written(struct translated *s, const struct steps_item *i)
{
	const uint8_t *from = i->data.data;

	for (size_t k = 0; k < i->written.n; k++) {
		const struct sys_area *a = &i->written.items[k];

		if (task_write(s->t, a->addr, from, a->bytes) != a->bytes)
			return differs(s, "what a system call wrote cannot be written");
		from += a->bytes;
	}
	return 0;
}

static int prepare_writes(struct translated *s, const struct steps_item *i)
{
	struct sys_call call = { .nr = s->t->call_nr };
	const struct sys_mem mem = { steps_read, s->t };
	struct sys_plan plan = { 0 };
	int r;

	steps_args(&i->regs, call.args);
	r = sys_plan_enter(&call, &mem, &plan);
	for (size_t k = 0; !r && k < plan.areas.n; k++)
		r = space_prepare_write(s->t, plan.areas.items[k].addr, plan.areas.items[k].bytes);
	sys_plan_deinit(&plan);
	return r;
}

static int perform(struct translated *s, const struct steps_item *i)
{
	struct task *t = s->t, *stopped;
	struct task_stop stop;
	uint64_t args[6];
	int r = prepare_writes(s, i);

	steps_args(&t->regs, args);
	if (t->call_nr == SYS_mmap || t->call_nr == SYS_mprotect)
		args[2] = (uint64_t)space_machine_prot((int)args[2]);
	if (!r)
		r = task_perform(t, t->call_nr, args);
	if (!r)
		r = tracees_wait(s->w, NULL, &stopped, &stop);
	if (!r && stop.kind != TASK_SYSCALL_DONE)
		r = unexpected(s, &stop);
	return r;
}

/* Answers of one kind, and the same addresses of memory. */
static bool results_agree(int nr, int64_t expected, int64_t found)
{
	if (sys_replay_class(nr) == SYS_MEMORY)
		return expected == found;
	return (expected < 0) == (found < 0);
}

static int call_done(struct translated *s, const struct steps_item *i)
{
	struct task *t = s->t;
	int nr = t->call_nr, r;

	if (nr == SYS_rt_sigreturn) {
		t->regs = t->machine;
		t->in_call = t->call_entered = false;
		return 0;
	}
	if (!results_agree(nr, i->result, (int64_t)t->regs.rax)) {
		fprintf(stderr, "\t%s: native %#" PRIx64 ", translated %#" PRIx64 "\n", sys_name(nr),
			i->result, t->regs.rax);
		return differs(s, "the result of a system call differs");
	}
	r = steps_track_map(t, nr, &i->regs, i->result);
	task_finish_call(t, i->result);
	return r ? r : give_written(s, i);
}

static int at_call(struct translated *s, const struct steps_item *i)
{
	int r = compare_state(s, i);

	if (r || s->at + 1 == s->native->n)
		return r;
	if (steps_refuses(s->t->call_nr)) {
		task_finish_call(s->t, i->result);
	} else {
		r = perform(s, i);
		if (!r)
			r = call_done(s, i);
	}
	return r ? r : compare_regs(s, &i->after, "registers differ behind a system call");
}

static int at_insn(struct translated *s, const struct steps_item *i)
{
	int r = compare_regs(s, &i->regs, "registers differ");

	s->t->regs = i->after;
	s->t->regs.orig_rax = (uint64_t)-1;
	return r;
}

static int at_fault(struct translated *s, const struct steps_item *i, const siginfo_t *info)
{
	taddr_t image;
	int r = compare_regs(s, &i->regs, "registers differ at a fault");

	if (r)
		return r;
	if (s->t->ticks != i->ticks)
		return differs(s, "the number of ticks differs at a fault");
	if (info->si_signo != i->info.si_signo || info->si_code != i->info.si_code ||
	    info->si_addr != i->info.si_addr) {
		fprintf(stderr, "\tnative signal %d code %d address %p, translated %d, %d, %p\n",
			i->info.si_signo, i->info.si_code, i->info.si_addr, info->si_signo,
			info->si_code, info->si_addr);
		return differs(s, "the signal differs");
	}
	if (s->at + 1 == s->native->n)
		return 0;
	r = task_deliver_handled(s->t, info);
	if (r)
		return r;
	image = steps_frame_image(s->t, s->t->regs.rsp);
	if (image)
		task_write(s->t, image + XSTATE_FEATURES, &i->frame_features,
			   sizeof(i->frame_features));
	return compare_regs(s, &i->after, "registers differ in the handler");
}

/* ---- the run ---- */

static bool stops_at(const struct translated *s, size_t i)
{
	if (s->native->items[i].kind != STEPS_TICK || i + 1 == s->native->n)
		return true;
	return s->v->every && i % s->v->every == 0;
}

static void skip_ticks(struct translated *s)
{
	while (s->at < s->native->n && !stops_at(s, s->at))
		s->at++;
}

static ticks_t next_tick(const struct translated *s)
{
	for (size_t i = s->at; i < s->native->n; i++)
		if (s->native->items[i].kind == STEPS_TICK && stops_at(s, i))
			return s->native->items[i].ticks;
	return TASK_NO_TARGET;
}

static int dispatch(struct translated *s, const struct task_stop *stop)
{
	static const enum steps_kind kinds[] = {
		[TASK_SYSCALL] = STEPS_CALL, [TASK_TICKS] = STEPS_TICK, [TASK_INSN] = STEPS_INSN,
		[TASK_FAULT] = STEPS_FAULT,
	};
	const struct steps_item *i = &s->native->items[s->at];
	bool known = stop->kind == TASK_SYSCALL || stop->kind == TASK_TICKS ||
		     stop->kind == TASK_INSN || stop->kind == TASK_FAULT;

	if (!known || kinds[stop->kind] != i->kind)
		return unexpected(s, stop);
	switch (i->kind) {
	case STEPS_CALL:
		return at_call(s, i);
	case STEPS_INSN:
		return at_insn(s, i);
	case STEPS_FAULT:
		return at_fault(s, i, &stop->info);
	default:
		return compare_state(s, i);
	}
}

static int compare_step(struct translated *s)
{
	const struct steps_each *e = &s->native->each[++s->step];

	if (s->step >= s->native->n_each)
		return 0;
	if (!steps_regs_equal(&e->regs, &s->t->regs) || e->ticks != s->t->ticks) {
		fprintf(stderr, "\tstep %zu, native tick %" PRIu64 ", behind:\n", s->step, e->ticks);
		print_code(s, e[-1].regs.rip);
		return differs(s, "a step differs");
	}
	return 0;
}

/* By steps: an item of the kind TICK is a step's end. */
static int after_step(struct translated *s, const struct task_stop *stop)
{
	int r = 0;

	if (stop->kind != TASK_STEP) {
		r = dispatch(s, stop);
		s->at++;
	}
	if (!r && s->at < s->native->n)
		r = compare_step(s);
	while (!r && s->at < s->native->n && s->native->items[s->at].kind == STEPS_TICK &&
	       s->native->items[s->at].ticks == s->t->ticks) {
		r = s->at % 16 ? 0 : compare_state(s, &s->native->items[s->at]);
		s->at++;
	}
	return r;
}

static int run_one(struct translated *s)
{
	struct task *stopped;
	struct task_stop stop;
	int r;

	if (!s->v->each)
		skip_ticks(s);
	r = s->v->each ? task_run_step(s->t) : task_run(s->t, next_tick(s));
	if (!r)
		r = tracees_wait(s->w, NULL, &stopped, &stop);
	if (r)
		return r;
	if (s->v->each)
		return after_step(s, &stop);
	r = dispatch(s, &stop);
	s->at++;
	return r;
}

static int run_all(struct translated *s, const struct steps_program *p)
{
	struct space_layout layout;
	int r = steps_start(p, s->w, &s->t);

	if (r)
		return r;
	space_choose_layout(&s->t->space->map, &layout);
	r = space_install(s->t, &layout, &(struct dbt_code_id){ 0 });
	while (!r && s->at < s->native->n)
		r = run_one(s);
	return r;
}

int steps_translated(const struct steps_program *p, const struct steps_variant *v,
		     const struct steps_run *native)
{
	struct tracees_options o = { .translator = v->config, .core = -1 };
	struct translated s = { .v = v, .native = native };
	int r = tracees_create(&o, &s.w);

	if (r)
		return r;
	r = run_all(&s, p);
	if (r && r != DIFFERS)
		fprintf(stderr, "variant %s: item %zu: error %d: %s\n", v->name, s.at, r, fail_text());
	tracees_destroy(s.w);
	buf_deinit(&s.xstate);
	return r ? DIFFERS : 0;
}
