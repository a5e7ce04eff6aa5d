/* SPDX-License-Identifier: MIT */
/* A dbt from its creation to its end, and entering translated code. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "translator/ahead.h"
#include "translator/build.h"
#include "translator/lookup.h"
#include "translator/space.h"

#define DEFAULT_MAX_TICKS 16
#define MAX_BUDGET	  (INT64_MAX / 4) /* what sums of counters have room for */

static struct dbt *dbt_alloc(const struct dbt_config *config, void *private,
			     const struct dbt_ops *ops, void *ctx)
{
	struct dbt *d = calloc(1, sizeof(*d));

	if (!d)
		return NULL;
	d->config = *config;
	d->config.max_ticks = path_limit(config->max_ticks, DEFAULT_MAX_TICKS, 100);
	d->state = private;
	d->l1 = (uint64_t *)(void *)((uint8_t *)private + RT_L1 - RT_STATE);
	d->returns = (uint64_t *)(void *)((uint8_t *)private + RT_RETURNS - RT_STATE);
	fetch_init(&d->fetch, ops, ctx);
	return d;
}

int dbt_create(const struct dbt_config *config, const struct dbt_zone *zones,
	       size_t n_zones, void *private, const struct dbt_ops *ops,
	       void *ctx, struct dbt **ret)
{
	struct dbt *d = dbt_alloc(config, private, ops, ctx);
	int r;

	if (!d)
		return fail(-ENOMEM, "out of memory");
	r = cache_create(config, zones, n_zones, &d->cache);
	if (r < 0) {
		free(d);
		return r;
	}
	lookup_init_private(d);
	d->landings_lost = d->cache->landings_lost;
	*ret = d;
	return 0;
}

int dbt_fork(struct dbt *parent, void *private, const struct dbt_ops *ops,
	     void *ctx, struct dbt **ret)
{
	struct dbt *d = dbt_alloc(&parent->config, private, ops, ctx);

	if (!d)
		return fail(-ENOMEM, "out of memory");
	d->cache = parent->cache;
	d->cache->refs++;
	memcpy(d->vdso, parent->vdso, sizeof(d->vdso));
	memcpy(d->vdso_nr, parent->vdso_nr, sizeof(d->vdso_nr));
	d->n_vdso = parent->n_vdso;
	d->vdso_low = parent->vdso_low;
	d->vdso_high = parent->vdso_high;
	lookup_init_private(d);
	if (d->cache->shadow) /* the child has a copy of it */
		d->landings_lost = parent->landings_lost;
	*ret = d;
	return 0;
}

static void dbt_log(const struct dbt *d)
{
	struct dbt_stats s;

	dbt_stats(d, &s);
	log_debug("translator: %llu blocks, %llu instructions, %llu KiB, %llu misses, "
		  "%llu flushes, %llu invalidated",
		  (unsigned long long)s.blocks, (unsigned long long)s.insns,
		  (unsigned long long)s.cache_bytes / 1024, (unsigned long long)s.misses,
		  (unsigned long long)s.flushes, (unsigned long long)s.invalidated);
}

void dbt_destroy(struct dbt *d)
{
	if (!d)
		return;
	if (log_debug_enabled())
		dbt_log(d);
	cache_unref(d->cache);
	free(d->breakpoints);
	free(d);
}

bool dbt_shared(const struct dbt *d)
{
	return d->cache->refs > 1;
}

/* Goes over to c, which becomes its own. */
static void dbt_take_cache(struct dbt *d, struct cache *c)
{
	cache_unref(d->cache);
	d->cache = c;
	d->has_indirect_miss = false;
	fetch_turn(&d->fetch);
	lookup_init_private(d);
	d->landings_lost = c->landings_lost - 1; /* none of what is in the shadow is c's */
}

int dbt_unshare(struct dbt *d, const struct dbt_zone *zones, size_t n_zones)
{
	const struct cache *old = d->cache;
	struct cache *c;
	int r = cache_create(&d->config, zones, n_zones, &c);

	if (r < 0)
		return r;
	for (size_t i = 0; i < old->n_mappings && r >= 0; i++) {
		const struct mapping *m = &old->mappings[i];

		r = cache_map(c, m->start, m->end, m->named ? &m->id : NULL);
	}
	if (r < 0) {
		cache_unref(c);
		return r;
	}
	dbt_take_cache(d, c);
	return 0;
}

void dbt_join(struct dbt *d, const struct dbt *other)
{
	other->cache->refs++;
	dbt_take_cache(d, other->cache);
}

void dbt_leave_shadow(struct dbt *d)
{
	d->config.shadow = false;
}

bool dbt_suits(const struct dbt *d, uint64_t rsp)
{
	return !d->cache->shadow || (rsp - RT_STACK < RT_STACK_BYTES && !(rsp & 7));
}

bool dbt_shadow_is_stale(const struct dbt *d)
{
	return d->cache->shadow && d->landings_lost != d->cache->landings_lost;
}

void dbt_shadow_emptied(struct dbt *d)
{
	d->landings_lost = d->cache->landings_lost;
}

int dbt_map_code(struct dbt *d, taddr_t start, taddr_t end, const struct dbt_code_id *id)
{
	int r = cache_map(d->cache, start, end, id);

	if (!r && d->cache->n_hidden)
		space_reveal(d, start, end, id);
	return r;
}

/* ---- entering ---- */

/* Anonymous code is equal to nothing: translations of it are not shared. */
static bool dbt_must_unshare(const struct dbt *d, taddr_t pc)
{
	const struct mapping *m = cache_mapping(d->cache, pc);

	return dbt_shared(d) && !space_vdso(d, pc) && !(m && m->named);
}

static int dbt_pending(struct dbt *d, enum dbt_exit why, taddr_t pc, taddr_t *ret)
{
	d->pending = (struct dbt_stop){ .why = why, .pc = pc, .insn_pc = pc };
	d->state->exit = RT_EXIT_PENDING;
	*ret = d->state->stop_entry;
	return 0;
}

/* The block at pc, translated if there is none. */
static int64_t dbt_block(struct dbt *d, taddr_t pc, enum dbt_variant variant, bool indirect)
{
	struct cache *c = d->cache;
	int64_t n, block;
	int r;

	n = cache_node(c, pc, variant);
	if (n < 0)
		return n;
	if (cache_node_at(c, (uint32_t)n)->block)
		return cache_node_at(c, (uint32_t)n)->block;
	if (dbt_must_unshare(d, pc))
		return -EXDEV;
	fetch_turn(&d->fetch);
	block = build_block(d, pc, variant, indirect);
	if (block > 0 && variant == DBT_NORMAL && d->config.ahead) {
		r = ahead_translate(d, (uint32_t)block);
		if (r < 0)
			return r;
	}
	return block;
}

static int64_t dbt_try_enter(struct dbt *d, taddr_t pc, enum dbt_variant variant)
{
	bool indirect = d->has_indirect_miss && d->indirect_miss == pc && variant == DBT_NORMAL;
	int64_t block;
	int r;

	if (d->generation != d->cache->generation)
		lookup_init_private(d);
	block = dbt_block(d, pc, variant, indirect);
	if (block < 0 || !indirect)
		return block;
	r = lookup_add(d, (uint32_t)block, true);
	return r < 0 ? r : block;
}

int dbt_enter(struct dbt *d, taddr_t pc, enum dbt_variant variant, taddr_t *ret)
{
	int64_t block;

	d->state->call_counted = 0;
	d->carry = 0;
	if (!space_canonical(pc))
		return dbt_pending(d, DBT_EXIT_NOEXEC, pc, ret);
	block = dbt_try_enter(d, pc, variant);
	if (block == -ENOSPC) {
		space_flush(d);
		block = dbt_try_enter(d, pc, variant);
	}
	d->has_indirect_miss = false;
	if (block == -ENOEXEC)
		return dbt_pending(d, DBT_EXIT_NOEXEC, pc, ret);
	if (block == -EXDEV)
		return fail(-EXDEV, "anonymous code at %#llx cannot be shared",
			    (unsigned long long)pc);
	if (block == -ENOSPC)
		return fail(-ENOMEM, "the code cache is too small for one block");
	if (block < 0)
		return (int)block;
	if (d->landings_lost != d->cache->landings_lost && !d->cache->shadow)
		lookup_forget_returns(d);
	*ret = cache_host(d->cache, cache_block(d->cache, (uint32_t)block));
	d->carry = cache_node_at(d->cache, cache_block(d->cache, (uint32_t)block)->node)->carry;
	return 0;
}

/* ---- the counter ---- */

void dbt_arm(struct dbt *d, int64_t budget)
{
	struct rt_state *s = d->state;
	int64_t part;

	budget = budget > MAX_BUDGET ? MAX_BUDGET : budget < -1 ? -1 : budget;
	part = budget < 0 ? -1 : budget / RT_COUNTERS;
	for (unsigned i = 0; i < RT_COUNTERS; i++)
		s->counter[i] = part;
	s->exact_counter = budget;
	s->armed = part * RT_COUNTERS + budget;
}

ticks_t dbt_slack(const struct dbt *d)
{
	return d->config.max_ticks + CACHE_MAX_CARRY;
}

/* Each counter's part has to be more than is ever subtracted at once: a block that stops
 * where it began would do so again. */
int64_t dbt_budget(const struct dbt *d, int64_t left)
{
	int64_t slack = (int64_t)dbt_slack(d), budget = left - slack - 2;

	return budget > RT_COUNTERS * (slack + 1) ? budget : 0;
}

static int64_t dbt_left_in_all(const struct rt_state *s)
{
	int64_t sum = s->exact_counter;

	for (unsigned i = 0; i < RT_COUNTERS; i++)
		sum += s->counter[i];
	return sum;
}

void dbt_go(struct dbt *d)
{
	d->state->counter[0] += d->carry;
	d->carry = 0;
	d->began_at = dbt_left_in_all(d->state);
}

bool dbt_begun(const struct dbt *d)
{
	return dbt_left_in_all(d->state) != d->began_at;
}

ticks_t dbt_counted(const struct dbt *d)
{
	return (ticks_t)(d->state->armed - dbt_left_in_all(d->state));
}

/* ---- statistics ---- */

void dbt_stats(const struct dbt *d, struct dbt_stats *ret)
{
	const struct cache *c = d->cache;

	*ret = c->stats;
	ret->cache_bytes = 0;
	for (unsigned i = 0; i < c->n_zones; i++)
		ret->cache_bytes += c->zones[i].hot + (c->zones[i].limit - c->zones[i].cold);
}

size_t dbt_zone_used(const struct dbt *d, unsigned zone)
{
	return zone < d->cache->n_zones ? d->cache->zones[zone].hot : 0;
}
