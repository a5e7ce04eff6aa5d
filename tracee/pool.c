// SPDX-License-Identifier: MIT
// Code caches of processes that are gone, kept for the next process that executes
// the same file: with address randomisation off it maps the same files at the
// same addresses, and finds all its code translated. What is mapped differently
// is noticed when it is mapped (dbt_map_code()), and the process then leaves for
// a cache of its own.
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "preload/runtime.h"
#include "tracee/disk.h"
#include "tracee/private.h"

/* All kept caches together, in bytes of translated code. */
#define MAX_BYTES ((size_t)64 << 20)

static size_t used_bytes(const struct pooled *p)
{
	size_t bytes = 0;

	for (unsigned i = 0; i < p->cache->layout.n_zones; i++)
		bytes += dbt_zone_used(p->dbt, i);
	return bytes;
}

static void drop(struct pool *pool, size_t i)
{
	struct pooled *p = &pool->items[i];

	if (pool->saves)
		disk_save(p->cache, p->dbt);
	dbt_destroy(p->dbt);
	cache_memory_put(p->cache);
	munmap(p->private, RT_PRIVATE_BYTES);
	memmove(p, p + 1, (--pool->n - i) * sizeof(*p));
}

void pool_deinit(struct pool *pool)
{
	while (pool->n)
		drop(pool, pool->n - 1);
}

const struct pooled *pool_find(const struct pool *pool, const struct dbt_code_id *image,
			       const struct space_layout *layout)
{
	for (size_t i = 0; image->ino && i < pool->n; i++)
		if (!memcmp(&pool->items[i].image, image, sizeof(*image)) &&
		    !memcmp(&pool->items[i].cache->layout, layout, sizeof(*layout)))
			return &pool->items[i];
	return NULL;
}

bool pool_give(struct pool *pool, struct space *s)
{
	if (!s->image.ino || pool_find(pool, &s->image, &s->cache->layout))
		return false;
	pool_add(pool, (struct pooled){ s->image, s->cache, s->dbt, s->private });
	return true;
}

void pool_add(struct pool *pool, struct pooled item)
{
	size_t bytes = 0;

	if (pool->n == POOL_MAX)
		drop(pool, 0);
	pool->items[pool->n++] = item;
	for (size_t i = pool->n; i-- > 0;) {
		bytes += used_bytes(&pool->items[i]);
		if (bytes > MAX_BYTES) {
			for (size_t n = i + 1; n-- > 0;)
				drop(pool, 0);
			break;
		}
	}
}
