/* SPDX-License-Identifier: MIT */
#include "translator/lookup.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#define L2_MAX_ENTRIES (128u << 10)
#define L2_FIRST_ENTRIES 4096u
/* Entries behind the last that probing may run into; the last stays empty. */
#define L2_TAIL 64u

struct l2_entry {
	uint64_t pc, host;
};

static uint32_t l2_bytes(uint32_t entries)
{
	return (entries + L2_TAIL) * (uint32_t)sizeof(struct l2_entry);
}

uint32_t lookup_l2_bytes(const struct cache *c)
{
	return l2_bytes(c->l2_entries);
}

static struct l2_entry *l2_table(const struct cache *c)
{
	return (struct l2_entry *)(void *)(c->zones[0].mem.write + c->l2);
}

static uint64_t l2_hash(const struct cache *c, taddr_t pc)
{
	return (pc * RT_L2_MULTIPLIER >> RT_L2_SHIFT & (uint64_t)(c->l2_entries - 1) << 4) >> 4;
}

/* As the runtime, which masks the byte offset, searches. */
static struct l2_entry *l2_find(const struct cache *c, taddr_t pc, bool empty)
{
	struct l2_entry *t = l2_table(c);
	uint64_t i = l2_hash(c, pc);

	while (i < c->l2_entries + L2_TAIL - 1 && t[i].pc && t[i].pc != pc)
		i++;
	if (i == c->l2_entries + L2_TAIL - 1)
		return NULL;
	return t[i].pc == pc || empty ? &t[i] : NULL;
}

static bool l2_place(struct cache *c, uint32_t entries)
{
	struct zone *z = &c->zones[0];
	uint32_t at = (z->hot + 63) & ~63u; /* no entry lies in two cache lines */

	if (z->cold < at || z->cold - at < l2_bytes(entries) + 64)
		return false;
	c->l2 = at;
	c->l2_entries = entries;
	c->l2_used = 0;
	z->hot = at + l2_bytes(entries);
	memset(l2_table(c), 0, l2_bytes(entries));
	return true;
}

void lookup_init_l2(struct cache *c)
{
	uint32_t entries = L2_FIRST_ENTRIES;

	while (entries > 16 && l2_bytes(entries) > c->zones[0].limit / 4)
		entries /= 2;
	if (!l2_place(c, entries))
		l2_place(c, 16);
}

/* A larger table; the old one stays where it is for sharers that still use it,
 * which then miss what is new. */
static int l2_grow(struct cache *c)
{
	const struct l2_entry *old = l2_table(c);
	uint32_t n = c->l2_entries + L2_TAIL;

	if (c->l2_entries >= L2_MAX_ENTRIES || !l2_place(c, c->l2_entries * 4))
		return -ENOSPC;
	for (uint32_t i = 0; i < n; i++) {
		struct l2_entry *e;

		if (!old[i].pc)
			continue;
		e = l2_find(c, old[i].pc, true);
		if (!e)
			return -ENOSPC;
		*e = old[i];
		c->l2_used++;
	}
	return 0;
}

static int l2_set(struct cache *c, taddr_t pc, taddr_t host)
{
	struct l2_entry *e = l2_find(c, pc, true);

	while (!e || (!e->pc && c->l2_used >= c->l2_entries / 2)) {
		int r = l2_grow(c);

		if (r < 0)
			return r;
		e = l2_find(c, pc, true);
	}
	c->l2_used += !e->pc;
	e->pc = pc;
	e->host = host;
	return 0;
}

static uint32_t l1_index(const struct dbt *d, taddr_t pc)
{
	return (uint32_t)pc & (d->l1_entries - 1);
}

/* What a smaller first level had stays valid, or is not found any more. */
static void l1_resize(struct dbt *d, uint32_t entries)
{
	uint32_t from = entries < d->l1_entries ? 0 : d->l1_entries;

	/* A call instead of a fault for each page. */
	(void)!madvise(&d->l1[from], (entries - from) * sizeof(*d->l1), MADV_POPULATE_WRITE);
	for (uint32_t i = from; i < entries; i++)
		d->l1[i] = RT_LOOKUP;
	d->l1_entries = entries;
	d->state->l1_mask = entries - 1;
}

/* The table of returns is four times as large as the first level, if there is room. */
static uint32_t returns_entries(const struct dbt *d)
{
	return d->l1_entries < RT_RETURN_ENTRIES / 4 ? d->l1_entries * 4 : RT_RETURN_ENTRIES;
}

void lookup_forget_returns(struct dbt *d)
{
	for (uint32_t i = 0, n = returns_entries(d); i < n; i++)
		d->returns[i] = RT_RETURN;
	d->landings_lost = d->cache->landings_lost;
}

static void returns_resize(struct dbt *d)
{
	uint64_t bytes = returns_entries(d) * sizeof(*d->returns);

	(void)!madvise(d->returns, bytes, MADV_POPULATE_WRITE);
	d->state->return_mask = bytes - sizeof(*d->returns);
	lookup_forget_returns(d);
}

/* The tables as large as the number of targets wants them. */
static void lookup_set_l2(struct dbt *d)
{
	const struct cache *c = d->cache;
	uint32_t l1 = c->l2_entries;

	l1 = l1 < RT_L1_MIN_ENTRIES ? RT_L1_MIN_ENTRIES : l1;
	l1_resize(d, l1 > RT_L1_MAX_ENTRIES ? RT_L1_MAX_ENTRIES : l1);
	if (!c->shadow)
		returns_resize(d);
	d->l2 = c->l2;
	d->state->l2_base = c->zones[0].mem.start + c->l2;
	d->state->l2_mask = (uint64_t)(c->l2_entries - 1) * sizeof(struct l2_entry);
}

void lookup_init_private(struct dbt *d)
{
	struct rt_state *s = d->state;

	s->stop_entry = s->stop_entry ? s->stop_entry : RT_STOP;
	s->syscall_entry = s->syscall_entry ? s->syscall_entry : RT_SYSCALL;
	s->lookup_entry = RT_LOOKUP_MISS;
	s->return_entry = RT_RETURN;
	s->stack_mask = ~(uint64_t)(RT_STACK_BYTES - 1) | 7;
	s->cpuid_entry = RT_CPUID;
	settle_init(s);
	d->l1_entries = 0;
	lookup_set_l2(d);
	d->generation = d->cache->generation;
}

/* Takes as pending what the body is going to subtract. */
static void lookup_emit_carry(struct emit *e, int8_t carry)
{
	if (!carry)
		return;
	emit_spill_flags(e, RT_STATE + RT_O_RAX);
	emit_sub_mem(e, RT_STATE + RT_O_COUNTER, (uint8_t)-carry);
	emit_reload_flags(e, RT_STATE + RT_O_RAX);
}

uint32_t lookup_emit_called(struct emit *e, int8_t carry)
{
	uint32_t called = (uint32_t)emit_offset(e);

	emit_lea_disp(e, true, REG_RSP, REG_RSP, RT_SHADOW_BELOW);
	lookup_emit_carry(e, carry);
	return called;
}

uint32_t lookup_emit_entry(const struct cache *c, const struct zone *z, struct emit *e, taddr_t pc,
			   int8_t carry)
{
	taddr_t lookup_miss = z->mem.start + z->lookup_miss;
	size_t miss = emit_offset(e);
	uint32_t entry;

	if (c->loop)
		emit_jmp(e, lookup_miss);
	entry = (uint32_t)emit_offset(e);
	emit_mov_imm(e, REG_RDX, -pc);
	emit_lea(e, REG_RCX, REG_RCX, REG_RDX, c->loop);
	emit_check(e, c->loop, miss, lookup_miss);
	lookup_emit_carry(e, carry);
	emit_load(e, REG_RDX, RT_STATE + RT_O_RDX);
	emit_load(e, REG_RCX, RT_STATE + RT_O_RCX);
	return entry;
}

/* Where a place of the block's lies in the tracee. */
static taddr_t lookup_host(const struct cache *c, const struct block *b, uint32_t offset)
{
	return c->zones[b->zone].mem.start + offset;
}

static struct emit lookup_emitter(const struct zone *z)
{
	return (struct emit){ .start = z->mem.write, .p = z->mem.write + z->hot,
			      .end = z->mem.write + z->cold, .base = z->mem.start };
}

/* Ends what was made for a block, at *ret, by a jump to its body. */
static int lookup_made(struct zone *z, struct emit *e, const struct block *b, uint32_t made,
		       uint32_t *ret)
{
	emit_jmp(e, z->mem.start + b->host);
	if (e->full)
		return -ENOSPC;
	*ret = made;
	z->hot = (uint32_t)emit_offset(e);
	return 0;
}

/* An entry of its own for a block that was made without. */
static int lookup_make_entry(struct cache *c, struct block *b)
{
	struct zone *z = &c->zones[b->zone];
	struct emit e = lookup_emitter(z);
	uint32_t entry = lookup_emit_entry(c, z, &e, b->pc, cache_node_at(c, b->node)->carry);

	return lookup_made(z, &e, b, entry, &b->entry);
}

int lookup_make_called(struct cache *c, struct block *b)
{
	struct zone *z = &c->zones[b->zone];
	struct emit e = lookup_emitter(z);
	uint32_t called = lookup_emit_called(&e, cache_node_at(c, b->node)->carry);

	return lookup_made(z, &e, b, called, &b->called);
}

static int lookup_set(struct dbt *d, taddr_t pc, taddr_t host)
{
	struct cache *c = d->cache;
	int r = l2_set(c, pc, host);

	if (!r && d->l2 != c->l2)
		lookup_set_l2(d);
	return r;
}

int lookup_add(struct dbt *d, uint32_t block, bool now)
{
	struct cache *c = d->cache;
	struct block *b = cache_block(c, block);
	int r = b->entry ? 0 : lookup_make_entry(c, b);
	taddr_t host;
	uint32_t i;

	if (r < 0)
		return r;
	host = lookup_host(c, b, b->entry);
	r = lookup_set(d, b->pc, host);
	if (r < 0)
		return r;
	i = l1_index(d, b->pc);
	if (now || d->l1[i] == RT_LOOKUP)
		d->l1[i] = host;
	return 0;
}

int lookup_add_landing(struct dbt *d, const struct block *b)
{
	taddr_t pc = b->pc + b->call_bytes;
	const struct l2_entry *e;

	if (!b->landing)
		return 0;
	e = l2_find(d->cache, pc, false);
	if (e && e->host != RT_LOOKUP_DEAD)
		return 0;
	return lookup_set(d, pc, lookup_host(d->cache, b, b->landing));
}

int lookup_reveal(struct dbt *d, const struct block *b)
{
	int r = b->entry ? lookup_set(d, b->pc, lookup_host(d->cache, b, b->entry)) : 0;

	return r ? r : lookup_add_landing(d, b);
}

static void lookup_forget(struct dbt *d, taddr_t pc, taddr_t host)
{
	struct l2_entry *e = l2_find(d->cache, pc, false);
	uint32_t i = l1_index(d, pc);

	if (e && e->host == host)
		e->host = RT_LOOKUP_DEAD;
	if (d->l1[i] == host)
		d->l1[i] = RT_LOOKUP;
}

void lookup_remove(struct dbt *d, const struct block *b)
{
	if (b->entry)
		lookup_forget(d, b->pc, lookup_host(d->cache, b, b->entry));
	if (!b->landing)
		return;
	lookup_forget(d, b->pc + b->call_bytes, lookup_host(d->cache, b, b->landing));
	d->cache->landings_lost++;
}
