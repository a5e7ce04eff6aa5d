/* SPDX-License-Identifier: MIT */
/*
 * Translation of a block: its body from a path of the program's instructions,
 * behind it the ways of its taken branches and the constants it names.
 */
#include "translator/build.h"

#include <errno.h>
#include <string.h>

#include "translator/link.h"
#include "translator/lookup.h"

#define COLD_GUARD 64

void build_map(struct build *b, taddr_t pc, const struct insn *in, uint8_t spills)
{
	struct map_entry e = { .host = (uint32_t)emit_offset(&b->e) - b->start, .pc = pc,
			       .len = in ? in->len : 0, .ticks = b->ticks, .spills = spills };
	int r;

	if (b->e.full || !emit_reaches(b->pc, pc))
		return;
	r = map_add(&b->map, &e);
	if (r < 0)
		b->error = r;
}

struct emit build_cold(struct build *b, unsigned n)
{
	struct emit e = { .start = b->z->mem.write, .base = b->z->mem.start };

	e.p = e.end = e.start + b->cold;
	if (b->cold < emit_offset(&b->e) + n + COLD_GUARD) {
		b->e.full = e.full = true;
		return e;
	}
	b->cold -= n;
	e.p = e.start + b->cold;
	b->e.end = e.p;
	return e;
}

void build_constant(struct build *b, size_t at, uint64_t value, uint32_t exit)
{
	b->constants[b->n_constants++] = (struct constant){ at, value, exit };
}

static void build_constants(struct build *b)
{
	if (!b->n_constants)
		return;
	while (emit_offset(&b->e) % 8 && !b->e.full)
		emit_u8(&b->e, 0xcc);
	for (unsigned i = 0; i < b->n_constants; i++) {
		const struct constant *k = &b->constants[i];

		emit_patch(&b->e, k->at, emit_here(&b->e));
		cache_exit(b->c, k->exit)->jump = (uint32_t)emit_offset(&b->e);
		emit_u64(&b->e, k->value);
	}
}

static void build_sides(struct build *b)
{
	for (unsigned i = 0; i < b->n_sides; i++) {
		const struct side *s = &b->sides[i];

		emit_patch(&b->e, s->at, emit_here(&b->e));
		b->ticks = s->ticks;
		exits_direct(b, s->target, s->ticks);
	}
}

static void build_body(struct build *b)
{
	const struct path *p = b->path;

	memset(b->counts, COUNT_NONE, p->n);
	if (b->variant == DBT_NORMAL)
		count_plan(b);
	for (unsigned i = 0; i < p->n; i++) {
		const struct step *s = &p->steps[i];

		count_step(b, i);
		arrival_check(b, s->in.pc);
		control_step(b, s);
		if (b->d->n_watches && !s->lands)
			watch_check(b, &s->in, i + 1 < p->n ? p->steps[i + 1].in.pc : p->next);
		if (b->error || b->e.full)
			return;
	}
	control_end(b);
}

static int build_page(struct build *b, uint32_t block, taddr_t at, bool fixed)
{
	const struct dbt_ops *ops = b->d->fetch.ops;
	bool known = dbt_has_code(b->d, at, 1); /* not only dead blocks */
	bool away = !cache_same_mapping(b->c, at, b->pc);
	struct page *p = cache_page(b->c, at);
	int r;

	if (known && p->fixed != fixed)
		return -EXDEV; /* a sharer has something else there */
	if (p && p->hidden)
		space_drop_page(b->d, p);
	cache_block(b->c, block)->late |= fixed || away;
	r = cache_add_member(b->c, at, block, away);
	if (r < 0 || known)
		return r;
	p = cache_page(b->c, at);
	p->fixed = fixed;
	p->hash = fixed ? space_hash_page(b->d, p) : fetch_hash(&b->d->fetch, at);
	if (!fixed && ops->watch_code)
		ops->watch_code(b->d->fetch.ctx, at);
	return 0;
}

static int build_pages(struct build *b, uint32_t block)
{
	const struct path *p = b->path;
	int r = 0;

	for (unsigned i = 0; !r && i < p->n_pages; i++)
		r = build_page(b, block, p->pages[i], false);
	for (unsigned i = 0; !r && i < p->n_fixed; i++)
		r = build_page(b, block, p->fixed[i], true);
	return r;
}

static int build_register(struct build *b, const struct block *block)
{
	struct cache *c = b->c;
	struct zone *z = b->z;
	int64_t node;
	int r = cache_grow(&c->blocks, &c->cap_blocks, c->n_blocks, sizeof(*block));

	if (r < 0)
		return r;
	r = cache_grow(&z->blocks, &z->cap_blocks, z->n_blocks, sizeof(*z->blocks));
	if (r < 0)
		return r;
	node = cache_node(c, b->pc, b->variant);
	if (node < 0)
		return (int)node;
	cache_note_begin(c, b->pc);
	c->blocks[c->n_blocks++] = *block;
	c->blocks[c->n_blocks - 1].node = (uint32_t)node;
	z->blocks[z->n_blocks++] = (uint32_t)c->n_blocks;
	z->hot = (uint32_t)emit_offset(&b->e);
	z->cold = b->cold;
	return 0;
}

/* Makes the block known: from here on it can run. */
static int64_t build_finish(struct build *b)
{
	struct cache *c = b->c;
	struct block block = {
		.pc = b->pc, .start = b->start, .host = b->body, .entry = b->entry, .zone = b->zone,
		.called = b->called_at,
		.landing = b->landing, .call_bytes = b->landing ? b->path->steps[0].in.len : 0,
		.variant = (uint8_t)b->variant, .map = b->map_start,
		.bytes = (uint32_t)emit_offset(&b->e) - b->start,
		.map_bytes = (uint32_t)c->maps.len - b->map_start,
		.first_exit = b->first_exit,
		.n_exits = (uint32_t)c->n_exits + RT_EXIT_FIRST - b->first_exit,
	};
	int r = build_register(b, &block);

	if (r < 0)
		return r;
	r = build_pages(b, (uint32_t)c->n_blocks);
	if (!r)
		r = link_block(c, (uint32_t)c->n_blocks);
	if (!r)
		r = lookup_add_landing(b->d, &block);
	if (r < 0) {
		space_drop_block(b->d, (uint32_t)c->n_blocks);
		return r;
	}
	c->stats.blocks++;
	c->stats.insns += b->path->n;
	for (unsigned i = 0; i < b->path->n; i++)
		c->stats.source_bytes += b->path->steps[i].in.len;
	return (int64_t)c->n_blocks;
}

static void build_begin(struct build *b, struct dbt *d, taddr_t pc, enum dbt_variant variant)
{
	struct cache *c = d->cache;

	b->d = d;
	b->c = c;
	b->path = &d->path;
	b->variant = variant;
	b->zone = (uint8_t)cache_zone(c, pc);
	b->z = &c->zones[b->zone];
	b->pc = pc;
	b->e = (struct emit){ .start = b->z->mem.write, .base = b->z->mem.start,
			      .p = b->z->mem.write + b->z->hot,
			      .end = b->z->mem.write + b->z->cold };
	b->cold = b->z->cold;
	b->first_exit = RT_EXIT_FIRST + (uint32_t)c->n_exits;
	b->map_start = (uint32_t)c->maps.len;
	b->start = b->z->hot;
	b->entry = b->landing = b->called_at = 0;
	b->ticks = 0;
	b->n_sides = b->n_constants = 0;
	b->error = 0;
}

int64_t build_block(struct dbt *d, taddr_t pc, enum dbt_variant variant, bool entry)
{
	static struct build b; /* large; one translation at a time */
	int r = path_collect(d, pc, variant);

	if (r < 0)
		return r;
	build_begin(&b, d, pc, variant);
	map_begin(&b.map, &b.c->maps, pc);
	if (b.path->steps[0].lands)
		branch_front(&b);
	b.ticks = variant == DBT_NORMAL ? exits_carry(&b, pc, 0) : 0;
	if (variant == DBT_NORMAL && cache_is_called(b.c, pc)) /* it gets an entry elsewhere */
		b.called_at = lookup_emit_called(&b.e, b.ticks);
	else if (entry)
		b.entry = lookup_emit_entry(b.c, b.z, &b.e, pc, b.ticks);
	b.body = (uint32_t)emit_offset(&b.e);
	build_body(&b);
	build_sides(&b);
	build_constants(&b);
	if (!b.error && !b.e.full)
		return build_finish(&b);
	b.c->n_exits = b.first_exit - RT_EXIT_FIRST;
	b.c->maps.len = b.map_start;
	return b.error ? b.error : -ENOSPC;
}
