/* SPDX-License-Identifier: MIT */
/* Translations that are no longer true. */
#include "translator/link.h"
#include "translator/lookup.h"
#include "translator/space.h"

typedef size_t page_visit(struct dbt *d, uint64_t key);

/* Visits the pages of a range that translations depend on; a range that is
 * larger than the table is looked for the other way round. */
static size_t invalidate_pages(struct dbt *d, taddr_t start, size_t bytes, page_visit *visit)
{
	const struct table *t = &d->cache->page_of;
	uint64_t first = start / DEJA_PAGE_BYTES + 1;
	uint64_t last = (start + (bytes ? bytes - 1 : 0)) / DEJA_PAGE_BYTES + 1;
	size_t n = 0;

	if (last - first >= t->cap) {
		for (size_t i = 0; i < t->cap; i++)
			if (t->keys[i] >= first && t->keys[i] <= last && t->keys[i])
				n += visit(d, t->keys[i]);
		return n;
	}
	for (uint64_t key = first; key <= last; key++)
		n += visit(d, key);
	return n;
}

static size_t page_count(struct dbt *d, uint64_t key)
{
	const struct cache *c = d->cache;
	size_t n = 0;

	for (uint32_t i = table_get(&c->page_of, key); i; i = c->members[i - 1].next)
		n += !cache_block(c, c->members[i - 1].block)->dead;
	return n;
}

static size_t page_drop(struct dbt *d, uint64_t key)
{
	struct cache *c = d->cache;
	uint32_t i = table_get(&c->page_of, key);
	size_t n = 0;

	if (!i)
		return 0;
	table_replace(&c->page_of, key, 0);
	for (; i; i = c->members[i - 1].next) {
		struct block *b = cache_block(c, c->members[i - 1].block);

		if (b->dead)
			continue;
		if (b->variant == DBT_NORMAL)
			lookup_remove(d, b);
		link_drop(c, b);
		n++;
	}
	return n;
}

bool dbt_has_code(const struct dbt *d, taddr_t start, size_t bytes)
{
	return invalidate_pages((struct dbt *)d, start, bytes, page_count) > 0;
}

size_t dbt_invalidate(struct dbt *d, taddr_t start, size_t bytes)
{
	size_t n = invalidate_pages(d, start, bytes, page_drop);

	fetch_forget(&d->fetch);
	d->cache->stats.invalidated += n;
	return n;
}

void space_flush(struct dbt *d)
{
	if (d->fetch.ops->before_flush)
		d->fetch.ops->before_flush(d->fetch.ctx);
	cache_flush(d->cache);
}
