/* SPDX-License-Identifier: MIT */
#include "translator/cache.h"

#include <cpuid.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "preload/runtime.h"
#include "translator/lookup.h"

#define BEGIN_BITS 19
#define BEGIN_BYTES ((1u << BEGIN_BITS) / 8)

int cache_grow(void *p, size_t *cap, size_t n, size_t size)
{
	size_t more = *cap ? *cap + *cap / 2 : 64;
	void *bigger;

	if (n < *cap)
		return 0;
	bigger = realloc(*(void **)p, more * size);
	if (!bigger)
		return fail(-ENOMEM, "out of memory");
	*(void **)p = bigger;
	*cap = more;
	return 0;
}

/* The family of an AMD processor, else 0. */
static unsigned cache_amd_family(void)
{
	unsigned a, b, c, d;

	if (!__get_cpuid(0, &a, &b, &c, &d) || b != 0x68747541 || /* "Auth" */
	    !__get_cpuid(1, &a, &b, &c, &d))
		return 0;
	return (a >> 8 & 15) + (a >> 20 & 255);
}

/* BMI2's PEXT where it is fast: AMD before family 19h takes 18 cycles and up. */
static bool cache_has_pext(void)
{
	unsigned a, b, c, d, family = cache_amd_family();

	return __get_cpuid_count(7, 0, &a, &b, &c, &d) && b & 1u << 8 &&
	       (!family || family >= 0x19);
}

/* LOOP in one cycle; Intel's take five and more. */
static bool cache_has_loop(void)
{
	return cache_amd_family() >= 0x17;
}

static void cache_init_zone(struct zone *z)
{
	struct emit e = { .start = z->mem.write, .p = z->mem.write,
			  .end = z->mem.write + z->limit, .base = z->mem.start };

	emit_u64(&e, 0xcccccccccccccccc); /* no code at offset 0: 0 means none */
	z->stop = (uint32_t)emit_offset(&e);
	emit_jmp_mem(&e, RT_STATE + RT_O_STOP_ENTRY);
	z->lookup_miss = (uint32_t)emit_offset(&e);
	emit_jmp_mem(&e, RT_STATE + RT_O_LOOKUP_ENTRY);
	z->return_miss = (uint32_t)emit_offset(&e);
	emit_lea_disp(&e, true, REG_RCX, REG_RSP, -8);
	emit_jmp_mem(&e, RT_STATE + RT_O_RETURN_ENTRY);
	z->called = (uint32_t)emit_offset(&e);
	emit_lea_disp(&e, true, REG_RSP, REG_RSP, RT_SHADOW_BELOW);
	emit_jmp_mem(&e, RT_STATE + RT_O_STOP_ENTRY);
	z->hot = ((uint32_t)emit_offset(&e) + 15) & ~15u;
	z->cold = z->limit;
	z->n_blocks = 0;
}

void cache_flush(struct cache *c)
{
	for (unsigned i = 0; i < c->n_zones; i++)
		cache_init_zone(&c->zones[i]);
	c->n_blocks = c->n_exits = c->n_nodes = c->n_members = c->n_pages = c->n_hidden = 0;
	buf_clear(&c->maps);
	table_clear(&c->node_of);
	table_clear(&c->page_of);
	memset(c->begins, 0, BEGIN_BYTES);
	c->generation++;
	c->landings_lost++;
	c->stats.flushes++;
	lookup_init_l2(c);
}

int cache_create(const struct dbt_config *config, const struct dbt_zone *zones,
		 size_t n_zones, struct cache **ret)
{
	struct cache *c = calloc(1, sizeof(*c));

	if (c)
		c->begins = malloc(BEGIN_BYTES);
	if (!c || !c->begins) {
		free(c);
		return fail(-ENOMEM, "out of memory");
	}
	c->refs = 1;
	c->n_zones = n_zones < DBT_MAX_ZONES ? (unsigned)n_zones : DBT_MAX_ZONES;
	c->zone_limit = config->zone_limit;
	c->pext = !config->no_bmi2 && cache_has_pext();
	c->loop = config->no_bmi2 != cache_has_loop();
	c->shadow = config->shadow && !config->no_shadow && c->pext;
	for (unsigned i = 0; i < c->n_zones; i++) {
		size_t limit = zones[i].bytes;

		if (config->zone_limit && config->zone_limit < limit)
			limit = config->zone_limit;
		c->zones[i].mem = zones[i];
		c->zones[i].limit = (uint32_t)(limit & ~(size_t)15);
	}
	cache_flush(c);
	c->stats.flushes = 0;
	*ret = c;
	return 0;
}

void cache_unref(struct cache *c)
{
	if (--c->refs)
		return;
	for (unsigned i = 0; i < c->n_zones; i++)
		free(c->zones[i].blocks);
	free(c->begins);
	free(c->blocks);
	free(c->exits);
	free(c->nodes);
	free(c->members);
	free(c->pages);
	free(c->mappings);
	free(c->hidden);
	buf_deinit(&c->maps);
	table_deinit(&c->node_of);
	table_deinit(&c->page_of);
	free(c);
}

/* The nearest zone, if all of it is within reach of a RIP-relative operand. */
unsigned cache_zone(const struct cache *c, taddr_t pc)
{
	for (unsigned i = c->n_zones; i-- > 0;) {
		const struct zone *z = &c->zones[i];

		if (emit_reaches(pc, z->mem.start) && emit_reaches(pc, z->mem.start + z->limit))
			return i;
	}
	return 0;
}

struct exit *cache_exit(const struct cache *c, uint32_t i)
{
	return &c->exits[i - RT_EXIT_FIRST];
}

taddr_t cache_host(const struct cache *c, const struct block *b)
{
	return c->zones[b->zone].mem.start + b->host;
}

static uint64_t cache_key(taddr_t pc, enum dbt_variant variant)
{
	return (pc << 2 | variant) + 1;
}

int64_t cache_node(struct cache *c, taddr_t pc, enum dbt_variant variant)
{
	uint32_t i = table_get(&c->node_of, cache_key(pc, variant));
	int r;

	if (i)
		return i;
	r = cache_grow(&c->nodes, &c->cap_nodes, c->n_nodes, sizeof(*c->nodes));
	if (r < 0)
		return r;
	c->nodes[c->n_nodes++] = (struct node){ .pc = pc, .variant = (uint8_t)variant };
	r = table_set(&c->node_of, cache_key(pc, variant), (uint32_t)c->n_nodes);
	return r < 0 ? r : (int64_t)c->n_nodes;
}

/* The table would be out of the processor's caches for most of the questions. */
static uint64_t cache_begin_bit(taddr_t pc)
{
	return (pc * 0x9e3779b97f4a7c15u) >> (64 - BEGIN_BITS);
}

void cache_note_begin(struct cache *c, taddr_t pc)
{
	uint64_t bit = cache_begin_bit(pc);

	c->begins[bit / 64] |= 1ull << bit % 64;
}

bool cache_translated(const struct cache *c, taddr_t pc, enum dbt_variant variant)
{
	uint64_t bit = cache_begin_bit(pc);
	uint32_t i;

	if (!(c->begins[bit / 64] >> bit % 64 & 1))
		return false;
	i = table_get(&c->node_of, cache_key(pc, variant));
	return i && cache_node_at(c, i)->block;
}

bool cache_is_called(const struct cache *c, taddr_t pc)
{
	uint32_t i = table_get(&c->node_of, cache_key(pc, DBT_NORMAL));

	return i && cache_node_at(c, i)->called;
}

struct page *cache_page(const struct cache *c, taddr_t at)
{
	uint32_t i = table_get(&c->page_of, at / DEJA_PAGE_BYTES + 1);

	return i ? &c->pages[i - 1] : NULL;
}

static int cache_new_page(struct cache *c, taddr_t at)
{
	int r = cache_grow(&c->pages, &c->cap_pages, c->n_pages, sizeof(*c->pages));

	if (r < 0)
		return r;
	c->pages[c->n_pages++] = (struct page){ .at = at };
	return table_set(&c->page_of, at / DEJA_PAGE_BYTES + 1, (uint32_t)c->n_pages);
}

int cache_add_member(struct cache *c, taddr_t page, uint32_t block, bool away)
{
	struct page *p = cache_page(c, page);
	int r = p ? 0 : cache_new_page(c, page);

	if (!r)
		r = cache_grow(&c->members, &c->cap_members, c->n_members, sizeof(*c->members));
	if (r < 0)
		return r;
	p = cache_page(c, page);
	c->members[c->n_members++] = (struct member){ block, away, p->members };
	p->members = (uint32_t)c->n_members;
	return 0;
}

const struct block *cache_find_host(const struct cache *c, taddr_t host)
{
	for (unsigned i = 0; i < c->n_zones; i++) {
		const struct zone *z = &c->zones[i];
		size_t low = 0, high = z->n_blocks;
		const struct block *b;

		if (host - z->mem.start >= z->hot)
			continue;
		while (low < high) {
			size_t mid = (low + high) / 2;

			if (cache_block(c, z->blocks[mid])->start <= host - z->mem.start)
				low = mid + 1;
			else
				high = mid;
		}
		if (!low)
			return NULL;
		b = cache_block(c, z->blocks[low - 1]);
		return host - z->mem.start - b->start < b->bytes ? b : NULL;
	}
	return NULL;
}
