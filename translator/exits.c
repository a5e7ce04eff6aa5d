/* SPDX-License-Identifier: MIT */
/*
 * The ways out of a block. Each has a stub of 16 bytes among the zone's stubs,
 *
 *	mov dword [rt_state.exit], number
 *	jmp zone's jump to rt_state.stop_entry
 *
 * where it leads until its target exists, and when the counter has run out.
 */
#include "translator/build.h"

#define STUB_BYTES 16

uint32_t exits_note(struct build *b, struct exit x)
{
	struct cache *c = b->c;
	int r = cache_grow(&c->exits, &c->cap_exits, c->n_exits, sizeof(*c->exits));

	if (r < 0) {
		b->error = r;
		return RT_EXIT_FIRST;
	}
	c->exits[c->n_exits] = x;
	return RT_EXIT_FIRST + (uint32_t)c->n_exits++;
}

uint32_t exits_add(struct build *b, struct exit x)
{
	struct emit stub = build_cold(b, STUB_BYTES);
	uint32_t i;

	x.stub = b->cold;
	i = exits_note(b, x);
	emit_store_imm(&stub, ST(EXIT), i);
	emit_jmp(&stub, b->z->mem.start + (x.flags & EXIT_CALL ? b->z->called : b->z->stop));
	return i;
}

taddr_t exits_stub(const struct build *b, uint32_t exit)
{
	return b->z->mem.start + cache_exit(b->c, exit)->stub;
}

void exits_stop(struct build *b, struct exit x)
{
	uint32_t i = exits_add(b, x);

	if (!b->error)
		emit_jmp(&b->e, exits_stub(b, i));
}

/* Whether an exit may lead there directly: code at both places comes and goes together for
 * all sharers, or the block goes when that does. */
static bool exits_may_link(const struct build *b, taddr_t target)
{
	const struct mapping *from = cache_mapping(b->c, b->pc);
	const struct mapping *to = cache_mapping(b->c, target);

	return from == to || (from && from->named && to && to->named &&
			      path_has_page(b->path, page_floor(target)));
}

bool exits_is_near(const struct build *b, taddr_t target)
{
	return exits_may_link(b, target) && cache_zone(b->c, target) == b->zone;
}

/* To code that another sharer may not have: through its own table. */
static void exits_by_table(struct build *b, taddr_t target)
{
	emit_store(&b->e, REG_RCX, ST(RCX));
	emit_store(&b->e, REG_RDX, ST(RDX));
	emit_mov_imm(&b->e, REG_RCX, target);
	branch_table(b, &b->e);
}

static void exits_link(struct build *b, uint32_t i, taddr_t target)
{
	struct exit *x = cache_exit(b->c, i);

	if (b->error)
		return;
	x->target = target;
	x->flags |= EXIT_LINKABLE;
	if (cache_zone(b->c, target) == b->zone) {
		x->jump = (uint32_t)emit_jmp(&b->e, exits_stub(b, i));
		return;
	}
	x->flags |= EXIT_FAR;
	emit_bytes(&b->e, (uint8_t[]){ 0xff, 0x25, 0, 0, 0, 0 }, 6);
	build_constant(b, emit_offset(&b->e) - 4, exits_stub(b, i), i);
}

int8_t exits_carry(struct build *b, taddr_t target, int8_t pending)
{
	struct node *node;
	int64_t i;

	if (!exits_may_link(b, target))
		return 0;
	i = cache_node(b->c, target, DBT_NORMAL);
	if (i < 0) {
		b->error = (int)i;
		return 0;
	}
	node = cache_node_at(b->c, (uint32_t)i);
	if (node->carry_known)
		return node->carry;
	node->carry_known = true;
	if (pending > 0 && pending <= CACHE_MAX_CARRY && count_can_take(b, target))
		node->carry = pending;
	return node->carry;
}

bool exits_jcc(struct build *b, unsigned cc, taddr_t target)
{
	int8_t pending = (int8_t)(b->ticks + 1);
	uint32_t i;

	if (b->variant != DBT_NORMAL || !exits_is_near(b, target) ||
	    exits_carry(b, target, pending) != pending)
		return false;
	i = exits_add(b, (struct exit){ .target = target, .why = DBT_EXIT_MISS, .ticks = pending,
					.flags = EXIT_LINKABLE });
	if (!b->error)
		cache_exit(b->c, i)->jump = (uint32_t)emit_jcc(&b->e, cc, exits_stub(b, i));
	return true;
}

void exits_call(struct build *b, taddr_t target)
{
	uint32_t i;

	exits_carry(b, target, 0);
	i = exits_add(b, (struct exit){ .target = target, .why = DBT_EXIT_MISS,
					.flags = EXIT_LINKABLE | EXIT_CALL });
	if (!b->error)
		cache_exit(b->c, i)->jump = (uint32_t)emit_call(&b->e, exits_stub(b, i));
}

/* Copies of the first instructions at a target, up to pc, where flags are dead. */
static void exits_copy_ahead(struct build *b, const struct insn *insns, int n, taddr_t pc,
			     int8_t ticks)
{
	int8_t pending = b->ticks;

	b->ticks = ticks;
	for (int i = 0; i < n; i++) {
		control_step(b, &(struct step){ .in = insns[i] });
		if (b->d->n_watches)
			watch_check(b, &insns[i], i + 1 < n ? insns[i + 1].pc : pc);
	}
	b->ticks = pending;
}

/* Subtracts what a DBT_NORMAL block at *target does not take over; *target may
 * become a place behind it. Returns the exit, 0: nothing had to be subtracted. */
static uint32_t exits_count(struct build *b, taddr_t *target, int8_t ticks)
{
	struct insn insns[BUILD_AHEAD];
	int8_t carry = exits_carry(b, *target, ticks);
	taddr_t pc;
	uint32_t i;
	int n;

	if (ticks == carry)
		return 0;
	n = count_ahead(b, *target, insns, &pc);
	if (n < 0) {
		i = count_preserving(b, *target, (int8_t)(ticks - carry));
	} else {
		exits_copy_ahead(b, insns, n, pc, ticks);
		*target = pc;
		carry = n ? exits_carry(b, pc, ticks) : carry;
		if (ticks == carry)
			return 0;
		i = count_plain(b, pc, (int8_t)(ticks - carry));
	}
	if (!b->error)
		cache_exit(b->c, i)->ticks = carry;
	return i;
}

void exits_direct(struct build *b, taddr_t target, int8_t ticks)
{
	struct exit x = { .target = target, .why = DBT_EXIT_MISS, .ticks = ticks };
	uint32_t i = 0;

	build_map(b, target, NULL, 0);
	if (b->variant == DBT_STEP) {
		x.why = DBT_EXIT_STEP;
		exits_stop(b, x);
		return;
	}
	if (b->variant == DBT_NORMAL) {
		i = exits_count(b, &target, ticks);
		if (!exits_may_link(b, target)) {
			exits_by_table(b, target);
			return;
		}
	} else if (ticks) {
		i = count_preserving(b, target, ticks);
		x.ticks = 0;
	}
	exits_link(b, i ? i : exits_add(b, x), target);
}
