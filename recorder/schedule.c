// SPDX-License-Identifier: MIT
// Who runs. One task at a time runs program code; any number may be in the
// kernel. A task keeps its turn until it may have to wait, or its slice of ticks
// is used up while another is ready.
#include <errno.h>
#include <sys/syscall.h>

#include "common/types.h"
#include "preload/runtime.h"
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

/* How much the running task may wait without a stop before it. */
enum waiting {
	WAIT_NEVER,
	WAIT_RARELY, /* calls that rarely do: see task_waits() */
	WAIT_FREELY,
	WAITINGS
};

/* A call that no handler looks at, if the runtime can find its output. */
static void choose_buffered(struct dbt_untraced which[WAITINGS], int nr, bool unseen)
{
	static const uint8_t outputs[] = { RT_OUTPUT_RDI, RT_OUTPUT_RSI, RT_OUTPUT_RDX };
	unsigned bytes;
	int arg;

	if (unseen && nr == SYS_pwrite64)
		for (int i = 0; i < WAITINGS; i++)
			which[i].output[nr] = RT_OUTPUT_NONE;
	if (!sys_plain_output(nr, &arg, &bytes))
		return;
	if (arg >= (int)ARRAY_SIZE(outputs) || bytes % RT_OUTPUT_UNIT ||
	    bytes / RT_OUTPUT_UNIT > UINT8_MAX)
		return;
	for (int i = 0; i < WAITINGS; i++) {
		which[i].output[nr] = arg < 0 ? RT_OUTPUT_NONE : outputs[arg];
		which[i].output_bytes[nr] = (uint8_t)(bytes / RT_OUTPUT_UNIT);
	}
}

static void choose_untraced(struct dbt_untraced which[WAITINGS], bool unseen)
{
	for (int nr = 0; nr < DBT_MAX_CALLS; nr++) {
		const struct rec_handler *h = rec_find_handler(nr);
		unsigned flags = sys_number_flags(nr);

		if (!(flags & SYS_ONE_STOP) || is_special(nr) || rec_needs_entry(h))
			continue;
		which[WAIT_NEVER].calls[nr] = !(flags & SYS_MAY_BLOCK);
		which[WAIT_RARELY].calls[nr] =
			!(flags & SYS_MAY_BLOCK) || flags & SYS_RARELY_BLOCKS;
		which[WAIT_FREELY].calls[nr] = true;
		for (int i = 0; i < WAITINGS; i++)
			which[i].traced_if[nr] = h ? h->enter_if : 0;
		if (!h)
			choose_buffered(which, nr, unseen);
	}
}

/* What a task writes at a position of a file needs no look: it is not the recording's own
 * output, and shows in none of its mappings. */
static bool writes_unseen(const struct recorder *r, const struct task *t)
{
	return !r->output_seeks && !t->space->maps_data;
}

static const struct dbt_untraced *untraced_calls(const struct recorder *r, const struct task *t,
						 enum waiting waiting)
{
	static struct dbt_untraced which[2][WAITINGS];
	static bool chosen;

	for (int unseen = 0; !chosen && unseen < 2; unseen++)
		choose_untraced(which[unseen], unseen);
	chosen = true;
	return &which[writes_unseen(r, t)][waiting];
}

static int is_ready(struct task *t, void *ctx)
{
	const struct rec_task *rt = rec_of(t);

	return t != ctx && rt && rt->state == REC_READY;
}

/* A call that waits must not hold up another task's turn. */
static enum waiting allowed_waiting(const struct recorder *r, struct task *t)
{
	if (tracees_count(r->tracees) == 1)
		return WAIT_FREELY;
	return tracees_each(r->tracees, is_ready, t) ? WAIT_NEVER : WAIT_RARELY;
}

int rec_end_waiting(struct recorder *r)
{
	struct task *t = r->running;

	if (allowed_waiting(r, t) != WAIT_NEVER)
		return 0;
	space_set_untraced(t->space, untraced_calls(r, t, WAIT_NEVER));
	return task_waits(t) ? task_interrupt(t) : 0;
}

int rec_schedule(struct recorder *r)
{
	struct choice c = { .r = r, .best = r->running };
	bool fresh = !r->running;

	if (c.best && rec_of(c.best)->state == REC_RUNNING &&
	    c.best->space->untraced != untraced_calls(r, c.best, WAIT_NEVER))
		return rec_end_waiting(r);
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
	space_set_untraced(c.best->space,
			   untraced_calls(r, c.best, allowed_waiting(r, c.best)));
	return task_run(c.best, target_for(r, c.best, fresh));
}
