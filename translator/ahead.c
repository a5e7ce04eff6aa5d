/* SPDX-License-Identifier: MIT */
/*
 * A miss costs a stop, about as much as translating forty instructions. What is
 * likely to run soon is therefore translated with the block that missed: where it
 * goes on at its end and what it calls; then, while the budget lasts, where its
 * taken branches lead.
 */
#include "translator/ahead.h"

#include <errno.h>

#include "translator/build.h"

#define QUEUE 64
#define BUDGET_INSNS 200 /* instructions translated for one miss */

struct queue {
	taddr_t items[QUEUE];
	unsigned first, n;
};

struct ahead {
	struct dbt *d;
	struct queue likely, other;
	uint64_t insns; /* the budget's end, in instructions of the cache */
};

static void queue_put(struct queue *q, taddr_t pc)
{
	if (q->n < QUEUE)
		q->items[(q->first + q->n++) % QUEUE] = pc;
}

static taddr_t queue_take(struct queue *q)
{
	taddr_t pc = q->items[q->first];

	q->first = (q->first + 1) % QUEUE;
	q->n--;
	return pc;
}

/* Where the block that was just made goes on at its end, and what it calls. */
static bool ahead_is_likely(const struct path *p, taddr_t target)
{
	return (p->end == PATH_DIRECT && target == p->next) ||
	       (p->n && p->steps[0].lands && target == p->steps[0].in.target);
}

static void ahead_exits(struct ahead *a, uint32_t block)
{
	const struct cache *c = a->d->cache;
	const struct block *b = cache_block(c, block);

	for (uint32_t i = 0; i < b->n_exits; i++) {
		const struct exit *x = cache_exit(c, b->first_exit + i);

		if (x->flags & EXIT_LINKABLE && !cache_node_at(c, x->node)->block)
			queue_put(ahead_is_likely(&a->d->path, x->target) ? &a->likely : &a->other,
				  x->target);
	}
}

static int ahead_one(struct ahead *a, taddr_t pc)
{
	int64_t block;

	if (cache_translated(a->d->cache, pc, DBT_NORMAL))
		return 0;
	block = build_block(a->d, pc, DBT_NORMAL, false);
	if (block == -ENOEXEC)
		return 0;
	if (block < 0)
		return (int)block;
	ahead_exits(a, (uint32_t)block);
	return 0;
}

/* Whether there is so much room that nothing else is driven out for it. */
static bool ahead_has_room(const struct dbt *d)
{
	const struct cache *c = d->cache;

	for (unsigned i = 0; i < c->n_zones; i++)
		if (c->zones[i].cold - c->zones[i].hot < c->zones[i].limit / 4)
			return false;
	return true;
}

int ahead_translate(struct dbt *d, uint32_t block)
{
	struct ahead a = { .d = d, .insns = d->cache->stats.insns + BUDGET_INSNS };
	int r = 0;

	ahead_exits(&a, block);
	while (r >= 0 && a.likely.n + a.other.n && d->cache->stats.insns < a.insns &&
	       ahead_has_room(d))
		r = ahead_one(&a, queue_take(a.likely.n ? &a.likely : &a.other));
	return r == -ENOMEM ? r : 0;
}
