// SPDX-License-Identifier: MIT
#include "traces/deltas.h"

#include <errno.h>
#include <stdlib.h>

void deltas_deinit(struct deltas *d)
{
	free(d->slots);
	*d = (struct deltas){ 0 };
}

void deltas_reset(struct deltas *d, uint64_t time_ns)
{
	d->n = 0;
	d->time_ns = time_ns;
	if (++d->round)
		return;
	/* The rounds begin anew: none of the old ones may look current. */
	for (size_t i = 0; i < d->cap; i++)
		d->slots[i].round = 0;
	d->round = 1;
}

/* The slot that holds tid, or the empty one where it belongs. */
static struct delta *find(const struct deltas *d, pid_t tid)
{
	size_t i = (uint32_t)tid * 2654435761u;

	for (;; i++) {
		struct delta *s = &d->slots[i & (d->cap - 1)];

		if (s->round != d->round || s->tid == tid)
			return s;
	}
}

static int widen(struct deltas *d)
{
	struct deltas wide = *d;

	wide.cap = d->cap ? d->cap * 2 : 16;
	wide.slots = calloc(wide.cap, sizeof(*wide.slots));
	if (!wide.slots)
		return -ENOMEM;
	for (size_t i = 0; i < d->cap; i++)
		if (d->slots[i].round == d->round)
			*find(&wide, d->slots[i].tid) = d->slots[i];
	free(d->slots);
	*d = wide;
	return 0;
}

int deltas_task(struct deltas *d, pid_t tid, struct delta **ret)
{
	struct delta *s = d->cap ? find(d, tid) : NULL;
	int r;

	if (s && s->round == d->round) {
		*ret = s;
		return 0;
	}
	if (d->n >= DELTAS_MAX)
		return -E2BIG;
	if (d->n * 2 >= d->cap) {
		r = widen(d);
		if (r)
			return r;
		s = find(d, tid);
	}
	*s = (struct delta){ .tid = tid, .round = d->round };
	d->n++;
	*ret = s;
	return 0;
}

struct regs event_next_regs(const struct event *e)
{
	struct regs next = e->regs;

	if (e->flags & EVENT_AFTER)
		return e->regs_after;
	if (e->kind == EVENT_SYSCALL)
		next.rax = (uint64_t)e->result;
	return next;
}

void deltas_commit(struct deltas *d, struct delta *task, const struct event *e)
{
	task->ticks = e->ticks;
	task->regs = event_next_regs(e);
	d->time_ns = e->time_ns;
}
