// SPDX-License-Identifier: MIT
// Who runs. One task at a time runs program code; any number may be in the
// kernel. A task keeps its turn until it may have to wait, or its slice of ticks
// is used up while another is ready.
#include <errno.h>
#include <sys/syscall.h>

#include "recorder/private.h"

/* About 20 ms of ordinary code. */
#define SLICE_TICKS 10000000u

void rec_make_ready(struct recorder *r, struct task *t)
{
	struct rec_task *rt = rec_of(t);

	rt->state = REC_READY;
	rt->turn = ++r->turns;
}

struct choice {
	struct task *best;
	int error;
	struct recorder *r;
};

static int consider(struct task *t, void *ctx)
{
	struct choice *c = ctx;
	struct rec_task *rt = rec_of(t);

	if (rt && rt->state == REC_READY && (!c->best || rt->turn < rec_of(c->best)->turn))
		c->best = t;
	return 0;
}

static int note_entered(struct task *t, void *ctx)
{
	struct choice *c = ctx;

	if (t != c->best && rec_of(t))
		c->error = rec_note_entered(c->r, t);
	return c->error;
}

static ticks_t target_for(struct recorder *r, struct task *t, bool fresh)
{
	struct rec_task *rt = rec_of(t);
	ticks_t target = TASK_NO_TARGET;

	if (fresh || rt->slice_end <= t->ticks)
		rt->slice_end = t->ticks + SLICE_TICKS;
	if (tracees_count(r->tracees) > 1)
		target = rt->slice_end;
	if (r->options->verify_ticks) {
		if (rt->next_hash <= t->ticks)
			rt->next_hash = t->ticks + r->options->verify_ticks;
		if (rt->next_hash < target)
			target = rt->next_hash;
	}
	return target;
}

/* Calls that do more to the task than write memory and return. */
static bool is_special(int nr)
{
	return nr == SYS_arch_prctl || nr == SYS_modify_ldt || nr == SYS_ptrace ||
	       nr == SYS_restart_syscall;
}

static void choose_untraced(struct dbt_untraced *which, bool may_wait)
{
	for (int nr = 0; nr < DBT_MAX_CALLS; nr++) {
		const struct rec_handler *h = rec_find_handler(nr);
		unsigned flags = sys_number_flags(nr);

		which->calls[nr] = flags & SYS_ONE_STOP && !is_special(nr) &&
				   (may_wait || !(flags & SYS_MAY_BLOCK)) && !rec_needs_entry(nr);
		which->traced_if[nr] = h ? h->enter_if : 0;
	}
}

/* The calls that need no stop before them. One that may wait does only while
 * there is no other task whose turn it would hold up. */
static const struct dbt_untraced *untraced_calls(const struct recorder *r)
{
	static struct dbt_untraced alone, among_others;
	static bool chosen;

	if (!chosen) {
		choose_untraced(&alone, true);
		choose_untraced(&among_others, false);
		chosen = true;
	}
	return tracees_count(r->tracees) == 1 ? &alone : &among_others;
}

int rec_schedule(struct recorder *r)
{
	struct choice c = { .r = r, .best = r->running };
	bool fresh = !r->running;

	if (c.best && rec_of(c.best)->state != REC_READY)
		return 0;
	if (!c.best)
		tracees_each(r->tracees, consider, &c);
	if (!c.best)
		return 0;
	r->running = c.best;
	tracees_each(r->tracees, note_entered, &c);
	if (c.error)
		return c.error;
	rec_of(c.best)->state = REC_RUNNING;
	space_set_untraced(c.best->space, untraced_calls(r));
	return task_run(c.best, target_for(r, c.best, fresh));
}
