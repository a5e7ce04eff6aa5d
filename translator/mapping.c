/* SPDX-License-Identifier: MIT */
/* What is mapped where, as far as dbt_map_code() told. */
#include <errno.h>
#include <string.h>

#include "translator/cache.h"

/* The first mapping that ends behind pc. */
static size_t mapping_at(const struct cache *c, taddr_t pc)
{
	size_t low = 0, high = c->n_mappings;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (c->mappings[mid].end <= pc)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

const struct mapping *cache_mapping(const struct cache *c, taddr_t pc)
{
	size_t i = mapping_at(c, pc);

	return i < c->n_mappings && c->mappings[i].start <= pc ? &c->mappings[i] : NULL;
}

static int mapping_insert(struct cache *c, size_t at, const struct mapping *m)
{
	int r = cache_grow(&c->mappings, &c->cap_mappings, c->n_mappings, sizeof(*m));

	if (r < 0)
		return r;
	memmove(&c->mappings[at + 1], &c->mappings[at], (c->n_mappings - at) * sizeof(*m));
	c->mappings[at] = *m;
	c->n_mappings++;
	return 0;
}

static void mapping_remove(struct cache *c, size_t at)
{
	c->n_mappings--;
	memmove(&c->mappings[at], &c->mappings[at + 1],
		(c->n_mappings - at) * sizeof(*c->mappings));
}

/* Takes [start, end) out of what is known. */
static int mapping_cut(struct cache *c, taddr_t start, taddr_t end)
{
	size_t i = mapping_at(c, start);

	while (i < c->n_mappings && c->mappings[i].start < end) {
		struct mapping *m = &c->mappings[i];
		struct mapping rest = *m;

		if (m->start < start && m->end > end) {
			m->end = start;
			rest.id.offset += end - rest.start;
			rest.start = end;
			return mapping_insert(c, i + 1, &rest);
		}
		if (m->start < start) {
			m->end = start;
			i++;
		} else if (m->end > end) {
			m->id.offset += end - m->start;
			m->start = end;
			i++;
		} else {
			mapping_remove(c, i);
		}
	}
	return 0;
}

static bool mapping_same(const struct mapping *m, taddr_t start, const struct dbt_code_id *id)
{
	return m->named && id && m->id.dev == id->dev && m->id.ino == id->ino &&
	       m->id.mtime_ns == id->mtime_ns &&
	       m->id.offset + (start - m->start) == id->offset;
}

int cache_map(struct cache *c, taddr_t start, taddr_t end, const struct dbt_code_id *id)
{
	size_t i = mapping_at(c, start);
	struct mapping m = { .start = start, .end = end, .named = id };
	int r;

	if (i < c->n_mappings && c->mappings[i].start <= start && c->mappings[i].end >= end &&
	    mapping_same(&c->mappings[i], start, id))
		return 0;
	if (c->refs > 1 && (!id || (i < c->n_mappings && c->mappings[i].start < end)))
		return fail(-EEXIST, "the code cache knows other code at %#llx",
			    (unsigned long long)start);
	if (id)
		m.id = *id;
	r = mapping_cut(c, start, end);
	return r < 0 ? r : mapping_insert(c, mapping_at(c, start), &m);
}
