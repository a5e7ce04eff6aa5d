/* SPDX-License-Identifier: MIT */
#include "translator/ahead.h"

#include <errno.h>

#include "translator/build.h"
#include "translator/lookup.h"

/* Blocks made for one miss. */
#define AHEAD_BLOCKS 24

/* Translates what the exits of a block lead to; returns how many blocks. */
static int ahead_exits(struct dbt *d, uint32_t block, unsigned room)
{
	struct cache *c = d->cache;
	uint32_t first = cache_block(c, block)->first_exit;
	uint32_t n = cache_block(c, block)->n_exits;
	unsigned made = 0;

	for (uint32_t i = 0; i < n && made < room; i++) {
		const struct exit *x = cache_exit(c, first + i);
		int64_t r;

		if (!(x->flags & EXIT_LINKABLE) || cache_node_at(c, x->node)->block)
			continue;
		r = build_block(d, x->target, DBT_NORMAL, false);
		if (r == -ENOMEM || r == -ENOSPC)
			return (int)r;
		made += r > 0;
	}
	return (int)made;
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
	unsigned made = 0;
	uint32_t at = block;

	while (ahead_has_room(d) && made < AHEAD_BLOCKS && at <= d->cache->n_blocks) {
		int r = ahead_exits(d, at, AHEAD_BLOCKS - made);

		if (r < 0)
			return r == -ENOSPC ? 0 : r;
		made += (unsigned)r;
		at++;
	}
	return 0;
}
