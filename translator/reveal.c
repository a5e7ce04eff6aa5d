/* SPDX-License-Identifier: MIT */
/*
 * Blocks of an earlier run become those of this one when the code that they were
 * made from is mapped. Compared are the contents of its pages, not the names or
 * the ages of files: so a file that was built again, a trace that was tampered
 * with, memory that was relocated differently only cost translations.
 */
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "translator/link.h"
#include "translator/lookup.h"
#include "translator/space.h"

static bool same_contents(const struct dbt *d, const struct page *p)
{
	uint8_t now[DEJA_PAGE_BYTES];

	return d->fetch.ops->fetch(d->fetch.ctx, p->at, now, sizeof(now)) == sizeof(now) &&
	       XXH3_64bits(now, sizeof(now)) == p->hash;
}

/* What was one mapping then, and is not as a whole in `now`, may have blocks that
 * lead out of it: widens *all by the hidden ranges that overlap, and takes these
 * off the list. */
static void take_ranges(struct cache *c, struct range now, struct range *all)
{
	size_t kept = 0;

	for (size_t i = 0; i < c->n_hidden; i++) {
		const struct range r = c->hidden[i];

		if (r.start >= now.end || r.end <= now.start) {
			c->hidden[kept++] = r;
			continue;
		}
		all->start = r.start < all->start ? r.start : all->start;
		all->end = r.end > all->end ? r.end : all->end;
	}
	c->n_hidden = kept;
}

/* Compares a page; its blocks have one hidden page less then, or are dropped. */
static void check_page(struct dbt *d, struct page *p, bool mapped)
{
	struct cache *c = d->cache;

	if (!mapped || !same_contents(d, p)) {
		space_drop_page(d, p);
		return;
	}
	for (uint32_t i = p->members; i; i = c->members[i - 1].next)
		cache_block(c, c->members[i - 1].block)->hidden--;
}

static void reveal_block(struct dbt *d, uint32_t i)
{
	struct cache *c = d->cache;
	struct block *b = cache_block(c, i);
	struct node *node = cache_node_at(c, b->node);

	if (b->dead || node->block)
		return;
	if (b->hidden) { /* another of its pages lies elsewhere */
		link_drop(c, b);
		return;
	}
	node->block = i;
	cache_note_begin(c, b->pc);
	if (b->variant == DBT_NORMAL)
		(void)lookup_reveal(d, b); /* what is not found is missed */
}

static void reveal_page(struct dbt *d, struct page *p)
{
	const struct cache *c = d->cache;

	for (uint32_t i = p->members; i; i = c->members[i - 1].next)
		reveal_block(d, c->members[i - 1].block);
	p->hidden = false;
	if (p->members && d->fetch.ops->watch_code)
		d->fetch.ops->watch_code(d->fetch.ctx, p->at);
}

void space_reveal(struct dbt *d, taddr_t start, taddr_t end, const struct dbt_code_id *id)
{
	struct cache *c = d->cache;
	struct range now = { start, end }, all = now;

	take_ranges(c, now, &all);
	for (size_t i = 0; i < c->n_pages; i++) {
		struct page *p = &c->pages[i];

		if (p->hidden && p->at >= all.start && p->at < all.end)
			check_page(d, p, id && p->at >= start && p->at < end);
	}
	for (size_t i = 0; i < c->n_pages; i++) {
		struct page *p = &c->pages[i];

		if (p->hidden && p->at >= all.start && p->at < all.end)
			reveal_page(d, p);
	}
}
