/* SPDX-License-Identifier: MIT */
/*
 * A miss costs a stop, about as much as translating forty instructions. What is
 * likely to run soon is therefore translated with the block that missed: where
 * its calls return to (which otherwise is missed by an indirect branch, always)
 * and where it goes on at its end; then, while the budget lasts, where its taken
 * branches lead.
 */
#include "translator/ahead.h"

#include <errno.h>

#include "translator/build.h"
#include "translator/lookup.h"

#define QUEUE 64
#define BUDGET_INSNS 200 /* instructions translated for one miss */

struct place {
	taddr_t pc;
	bool is_return;
};

struct queue {
	struct place items[QUEUE];
	unsigned first, n;
};

struct ahead {
	struct dbt *d;
	struct queue likely, other;
	uint64_t insns; /* the budget's end, in instructions of the cache */
};

static void queue_put(struct queue *q, taddr_t pc, bool is_return)
{
	if (q->n < QUEUE)
		q->items[(q->first + q->n++) % QUEUE] = (struct place){ pc, is_return };
}

static struct place queue_take(struct queue *q)
{
	struct place p = q->items[q->first];

	q->first = (q->first + 1) % QUEUE;
	q->n--;
	return p;
}

static bool ahead_is_inlined(const struct path *p, unsigned call, taddr_t to)
{
	for (unsigned i = call + 1; i < p->n; i++)
		if (p->steps[i].inlined && p->steps[i].return_to == to)
			return true;
	return false;
}

/* Where the calls of the block that was just made return to. */
static void ahead_returns(struct ahead *a)
{
	const struct path *p = &a->d->path;

	for (unsigned i = 0; i < p->n; i++) {
		const struct insn *in = &p->steps[i].in;

		if (in->kind != INSN_CALL && in->kind != INSN_CALL_IND)
			continue;
		if (!ahead_is_inlined(p, i, in->pc + in->len))
			queue_put(&a->likely, in->pc + in->len, true);
	}
}

/* Where its exits lead; the first linkable one is that of its end. */
static void ahead_exits(struct ahead *a, uint32_t block)
{
	const struct cache *c = a->d->cache;
	const struct block *b = cache_block(c, block);
	struct queue *q = a->d->path.end == PATH_DIRECT ? &a->likely : &a->other;

	for (uint32_t i = 0; i < b->n_exits; i++) {
		const struct exit *x = cache_exit(c, b->first_exit + i);

		if (!(x->flags & EXIT_LINKABLE))
			continue;
		if (!cache_node_at(c, x->node)->block)
			queue_put(q, x->target, false);
		q = &a->other;
	}
}

static int ahead_one(struct ahead *a, struct place p)
{
	struct cache *c = a->d->cache;
	int64_t node = cache_node(c, p.pc, DBT_NORMAL), block;

	if (node < 0)
		return (int)node;
	block = cache_node_at(c, (uint32_t)node)->block;
	if (!block) {
		block = build_block(a->d, p.pc, DBT_NORMAL, p.is_return);
		if (block == -ENOEXEC)
			return 0;
		if (block < 0)
			return (int)block;
		ahead_returns(a);
		ahead_exits(a, (uint32_t)block);
	}
	return p.is_return ? lookup_add(a->d, (uint32_t)block, false) : 0;
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

	ahead_returns(&a);
	ahead_exits(&a, block);
	while (r >= 0 && a.likely.n + a.other.n && d->cache->stats.insns < a.insns &&
	       ahead_has_room(d))
		r = ahead_one(&a, queue_take(a.likely.n ? &a.likely : &a.other));
	return r == -ENOMEM ? r : 0;
}
