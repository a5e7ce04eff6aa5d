/* SPDX-License-Identifier: MIT */
/* Translations that are no longer true. */
#include "translator/link.h"
#include "translator/lookup.h"
#include "translator/space.h"

typedef size_t page_visit(struct dbt *d, struct page *p);

/* Visits the pages of a range that translations depend on; a range that is
 * larger than the table is looked for the other way round. */
static size_t invalidate_pages(struct dbt *d, taddr_t start, size_t bytes, page_visit *visit)
{
	const struct cache *c = d->cache;
	taddr_t first = page_floor(start), last = page_floor(start + (bytes ? bytes - 1 : 0));
	size_t n = 0;

	if ((last - first) / DEJA_PAGE_BYTES >= c->n_pages) {
		for (size_t i = 0; i < c->n_pages; i++)
			if (c->pages[i].at >= first && c->pages[i].at <= last)
				n += visit(d, &c->pages[i]);
		return n;
	}
	for (taddr_t at = first; at - first <= last - first; at += DEJA_PAGE_BYTES) {
		struct page *p = cache_page(c, at);

		n += p ? visit(d, p) : 0;
	}
	return n;
}

static size_t page_count(struct dbt *d, struct page *p)
{
	const struct cache *c = d->cache;
	size_t n = 0;

	if (p->hidden)
		return 0; /* it is no space's yet */
	for (uint32_t i = p->members; i; i = c->members[i - 1].next)
		n += !cache_block(c, c->members[i - 1].block)->dead;
	return n;
}

void space_drop_block(struct dbt *d, uint32_t block)
{
	struct block *b = cache_block(d->cache, block);

	if (b->dead)
		return;
	if (b->variant == DBT_NORMAL)
		lookup_remove(d, b);
	link_drop(d->cache, b);
}

size_t space_drop_page(struct dbt *d, struct page *p)
{
	struct cache *c = d->cache;
	size_t n = 0;

	for (uint32_t i = p->members; i; i = c->members[i - 1].next) {
		uint32_t block = c->members[i - 1].block;

		n += !cache_block(c, block)->dead;
		space_drop_block(d, block);
	}
	p->members = 0;
	p->hidden = false;
	return n;
}

static size_t page_drop(struct dbt *d, struct page *p)
{
	return p->hidden ? 0 : space_drop_page(d, p);
}

bool dbt_has_code(const struct dbt *d, taddr_t start, size_t bytes)
{
	return invalidate_pages((struct dbt *)d, start, bytes, page_count) > 0;
}

size_t dbt_invalidate(struct dbt *d, taddr_t start, size_t bytes)
{
	size_t n = invalidate_pages(d, start, bytes, page_drop);

	fetch_turn(&d->fetch);
	d->cache->stats.invalidated += n;
	return n;
}

void space_flush(struct dbt *d)
{
	if (d->fetch.ops->before_flush)
		d->fetch.ops->before_flush(d->fetch.ctx);
	cache_flush(d->cache);
}
