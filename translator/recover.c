/* SPDX-License-Identifier: MIT */
/* From the machine's registers in the midst of a block to the program's. */
#include <errno.h>

#include "translator/map.h"
#include "translator/space.h"

static uint64_t *recover_register(struct regs *r, unsigned reg)
{
	switch (reg) {
	case REG_RAX: return &r->rax;
	case REG_RCX: return &r->rcx;
	case REG_RDX: return &r->rdx;
	case REG_RBX: return &r->rbx;
	case REG_RSI: return &r->rsi;
	default:      return &r->rdi;
	}
}

static void recover_spills(const struct rt_state *s, uint8_t spills, struct regs *r)
{
	if (spills & SPILL_RAX)
		r->rax = s->rax;
	if (spills & SPILL_RCX)
		r->rcx = s->rcx;
	if (spills & SPILL_RDX)
		r->rdx = s->rdx;
	if (spills & SPILL_SCRATCH)
		*recover_register(r, spills >> 4) = s->scratch;
	else if (spills & SPILL_SHADOW)
		r->rsp += RT_SHADOW_BELOW;
	else if (spills & SPILL_PUSHED)
		r->rsp += 8;
}

static bool recover_find(const struct cache *c, taddr_t host, struct map_entry *ret)
{
	const struct block *b = cache_find_host(c, host);

	return b && map_find(c->maps.data + b->map, b->map_bytes, b->pc,
			     (uint32_t)(host - c->zones[b->zone].mem.start - b->start), ret);
}

/* In RT_SETTLE, which writes to the program's memory: the state before the instruction
 * that it was called for, whose map ends where it goes on. */
static bool recover_settling(const struct dbt *d, const struct regs *machine, struct map_entry *ret,
			     struct regs *r)
{
	const struct rt_state *s = d->state;
	taddr_t end = RT_CODE + (taddr_t)(pre_settled - pre_runtime);

	if (machine->rip < RT_SETTLE || machine->rip >= end ||
	    !recover_find(d->cache, s->jump - 1, ret))
		return false;
	recover_spills(s, SPILL_RAX | SPILL_RCX | SPILL_RDX, r);
	r->eflags = (r->eflags & ~(uint64_t)FLAG_ALL) | (s->flags >> 8 & FLAG_ALL & 0xff) |
		    (s->flags & 1 ? FLAG_O : 0);
	return true;
}

/* Where a RET reads its target, which it has to do again. Its ticks are counted. */
static void recover_return(const struct dbt *d, struct map_entry *ret, struct regs *r)
{
	const struct exit *x = cache_exit(d->cache, d->state->branch);

	*ret = (struct map_entry){ .pc = x->target, .len = x->insn_bytes };
	r->rsp -= 8;
	r->rcx = d->state->rcx;
}

static bool recover_registers(const struct dbt *d, const struct regs *machine,
			      struct map_entry *ret, struct regs *r)
{
	if (recover_settling(d, machine, ret, r))
		return true;
	if (machine->rip == RT_RETURN_LOADS)
		ret->spills = SPILL_RETURN;
	else if (!recover_find(d->cache, machine->rip, ret))
		return false;
	if (ret->spills == SPILL_RETURN)
		recover_return(d, ret, r);
	else
		recover_spills(d->state, ret->spills, r);
	return true;
}

int dbt_recover(struct dbt *d, const struct regs *machine, struct regs *ret_program,
		struct dbt_recovered *ret)
{
	struct map_entry e;

	*ret_program = *machine;
	if (!recover_registers(d, machine, &e, ret_program))
		return -ENOENT;
	ret_program->rip = e.pc;
	*ret = (struct dbt_recovered){ .pc = e.pc, .bytes = e.len,
				       .ticks = (ticks_t)(int64_t)e.ticks,
				       .boundary = !e.spills,
				       .shadow = !(e.spills & SPILL_SCRATCH) &&
						 e.spills & (SPILL_SHADOW | SPILL_PUSHED) };
	return 0;
}

bool dbt_owns(const struct dbt *d, taddr_t machine_pc)
{
	const struct cache *c = d->cache;

	if (machine_pc - RT_CODE < RT_CODE_BYTES)
		return true;
	for (unsigned i = 0; i < c->n_zones; i++)
		if (machine_pc - c->zones[i].mem.start < c->zones[i].mem.bytes)
			return true;
	return false;
}

taddr_t dbt_fix_fip(const struct dbt *d, taddr_t fip, unsigned bytes)
{
	const struct cache *c = d->cache;
	uint64_t mask = bytes >= 8 ? UINT64_MAX : (1ull << bytes * 8) - 1;
	struct map_entry e;

	for (unsigned i = 0; i < c->n_zones; i++) {
		taddr_t start = c->zones[i].mem.start;
		uint64_t size = c->zones[i].hot;
		uint64_t offset = (fip - start) & mask;

		/* with 2 bytes, each 64 KiB of the zone has such an address */
		for (; offset < size; offset += mask + 1) {
			if (recover_find(c, start + offset, &e))
				return e.pc;
			if (mask == UINT64_MAX)
				break;
		}
	}
	return fip;
}
