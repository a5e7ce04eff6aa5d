/* SPDX-License-Identifier: MIT */
/*
 * Arrivals: a place in a loop without conditional branches is named by what a
 * register holds there. In front of the instruction, in DBT_EXACT,
 *
 *	mov   [rt_state.rax], rax ; lahf; seto al ; mov [rt_state.flags], rax
 *	mov   rax, value ; cmp rax, reg
 *	je    arrived
 *	mov   rax, [rt_state.flags] ; add al, 0x7f; sahf ; mov rax, [rt_state.rax]
 */
#include "translator/build.h"

void dbt_set_arrival(struct dbt *d, taddr_t pc, unsigned reg, uint64_t value)
{
	dbt_clear_arrival(d);
	d->arrival = (struct arrival){ .pc = pc, .value = value, .reg = reg & 15, .set = true };
	dbt_invalidate(d, pc, 1);
}

void dbt_clear_arrival(struct dbt *d)
{
	if (!d->arrival.set)
		return;
	d->arrival.set = false;
	dbt_invalidate(d, d->arrival.pc, 1);
}

static void arrival_compare(struct emit *e, const struct arrival *a)
{
	emit_mov_imm(e, REG_RAX, a->value);
	if (a->reg == REG_RAX) {
		emit_bytes(e, (uint8_t[]){ 0x48, 0x3b, 0x04, 0x25 }, 4);
		emit_u32(e, ST(RAX));
	} else {
		emit_bytes(e,
			   (uint8_t[]){ (uint8_t)(0x48 | a->reg >> 3 << 2), 0x39,
					(uint8_t)(0xc0 | (a->reg & 7) << 3) },
			   3);
	}
	emit_bytes(e, (uint8_t[]){ 0x0f, 0x80 | CC_E, 0, 0, 0, 0 }, 6);
}

void arrival_check(struct build *b, taddr_t pc)
{
	const struct arrival *a = &b->d->arrival;
	struct emit cold;
	uint32_t x;

	if (!a->set || a->pc != pc || b->variant != DBT_EXACT)
		return;
	x = exits_add(b,
		      (struct exit){ .target = pc, .ticks = b->ticks, .why = DBT_EXIT_BREAKPOINT });
	cold = build_cold(b, 32);
	if (b->error)
		return;
	emit_keep_flags(&b->e, ST(RAX), ST(FLAGS));
	arrival_compare(&b->e, a);
	emit_patch(&b->e, emit_offset(&b->e) - 4, emit_here(&cold));
	emit_give_flags(&b->e, ST(RAX), ST(FLAGS));
	emit_give_flags(&cold, ST(RAX), ST(FLAGS));
	emit_jmp(&cold, exits_stub(b, x));
}
