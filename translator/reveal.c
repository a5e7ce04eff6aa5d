/* SPDX-License-Identifier: MIT */
/*
 * Blocks of an earlier run become those of this one when the code that they were
 * made from is mapped. Compared are the contents of its pages, not the names or
 * the ages of files: so a file that was built again, a trace that was tampered
 * with, memory that was relocated differently only cost translations.
 *
 * Blocks that rely on fixed pages (slots of linkage tables) wait for these, too, as do
 * those with pages in several mappings, and no exit leads to them until then: code may run
 * before the dynamic linker is done.
 */
#include <errno.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "translator/link.h"
#include "translator/lookup.h"
#include "translator/space.h"

uint64_t space_hash_page(const struct dbt *d, const struct page *p)
{
	const struct dbt_ops *ops = d->fetch.ops;
	uint8_t now[DEJA_PAGE_BYTES];

	if ((p->fixed ? ops->peek : ops->fetch)(d->fetch.ctx, p->at, now, sizeof(now)) !=
	    sizeof(now))
		return 0;
	return XXH3_64bits(now, sizeof(now));
}

static bool same_contents(const struct dbt *d, const struct page *p)
{
	uint64_t now = space_hash_page(d, p);

	return now && now == p->hash;
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
	for (uint32_t i = p->members; i; i = c->members[i - 1].next) {
		struct block *b = cache_block(c, c->members[i - 1].block);

		if (c->members[i - 1].away)
			b->waits--;
		else
			b->hidden--;
	}
}

static void reveal_block(struct dbt *d, struct block *b)
{
	struct cache *c = d->cache;

	if (b->dead || b->hidden || b->waits || cache_node_at(c, b->node)->block)
		return;
	link_reveal(c, b);
	cache_note_begin(c, b->pc);
	if (b->variant == DBT_NORMAL)
		(void)lookup_reveal(d, b); /* what is not found is missed */
}

static void reveal_page(struct dbt *d, struct page *p)
{
	struct cache *c = d->cache;

	for (uint32_t i = p->members; i; i = c->members[i - 1].next) {
		struct block *b = cache_block(c, c->members[i - 1].block);

		if (b->hidden && !b->dead && !c->members[i - 1].away)
			link_drop(c, b); /* another of its pages lies elsewhere */
		else
			reveal_block(d, b);
	}
	p->hidden = false;
	if (p->members && d->fetch.ops->watch_code)
		d->fetch.ops->watch_code(d->fetch.ctx, p->at);
}

static bool reveals(const struct page *p, const struct range *all)
{
	return p->hidden && !p->fixed && p->at >= all->start && p->at < all->end;
}

void space_reveal(struct dbt *d, taddr_t start, taddr_t end, const struct dbt_code_id *id)
{
	struct cache *c = d->cache;
	struct range now = { start, end }, all = now;

	take_ranges(c, now, &all);
	for (size_t i = 0; i < c->n_pages; i++) {
		struct page *p = &c->pages[i];

		if (reveals(p, &all))
			check_page(d, p, id && p->at >= start && p->at < end);
	}
	for (size_t i = 0; i < c->n_pages; i++) {
		struct page *p = &c->pages[i];

		if (reveals(p, &all))
			reveal_page(d, p);
	}
}

static void reveal_fixed(struct dbt *d, struct page *p)
{
	const struct cache *c = d->cache;

	p->hidden = false;
	for (uint32_t i = p->members; i; i = c->members[i - 1].next) {
		struct block *b = cache_block(c, c->members[i - 1].block);

		b->waits--;
		reveal_block(d, b);
	}
}

/* Blocks that rely on this page are found, or dropped. */
static int fix_page(struct dbt *d, struct page *p)
{
	const struct dbt_ops *ops = d->fetch.ops;

	if (!same_contents(d, p)) {
		if (!p->hidden && dbt_shared(d))
			return fail(-EEXIST, "the code cache relies on something else at %#llx",
				    (unsigned long long)p->at);
		space_drop_page(d, p);
	} else if (p->hidden && ops->is_fixed && ops->is_fixed(d->fetch.ctx, p->at, false)) {
		reveal_fixed(d, p);
	}
	return 0;
}

int dbt_map_fixed(struct dbt *d, taddr_t start, taddr_t end)
{
	const struct cache *c = d->cache;
	int r = 0;

	for (size_t i = 0; i < c->n_pages && !r; i++) {
		struct page *p = &c->pages[i];

		if (p->fixed && p->members && p->at >= start && p->at < end)
			r = fix_page(d, p);
	}
	return r;
}
