/* SPDX-License-Identifier: MIT */
/*
 * Calls, returns and other indirect branches. The target is loaded into rcx, with
 * rcx and rdx spilled. All of it leaves the flags alone, and every access to the
 * program's memory (the push of a CALL, the pop of a RET, the load of a target)
 * faults where the instruction's own would, with its registers recoverable.
 */
#include "translator/build.h"
#include "translator/lookup.h"

#include <string.h>

/* Which indirect branch this is, should its target turn out to be no address. */
static void branch_note(struct build *b, struct emit *e, const struct insn *in)
{
	struct exit x = { .target = in->pc, .insn_bytes = in->len };

	emit_store_imm(e, ST(BRANCH), exits_note(b, x));
}

/* The target of an indirect branch is in rcx, rcx in its slot: stops. */
static void branch_dynamic(struct build *b, const struct insn *in)
{
	branch_note(b, &b->e, in);
	emit_store(&b->e, REG_RCX, ST(TARGET));
	emit_load(&b->e, REG_RCX, ST(RCX));
	exits_stop(b, (struct exit){ .why = (uint8_t)b->path->why,
				     .flags = EXIT_DYNAMIC,
				     .ticks = b->ticks });
}

/* reg = from & [mask], where BMI2 does not do better. */
static void branch_and(struct emit *e, enum emit_reg reg, enum emit_reg from, uint32_t mask)
{
	emit_spill_flags(e, ST(RAX));
	if (reg != from)
		emit_mov(e, reg, from);
	emit_and_mem(e, reg, mask);
	emit_reload_flags(e, ST(RAX));
}

void branch_table(const struct build *b, struct emit *e)
{
	if (b->c->pext)
		emit_pext(e, REG_RDX, REG_RCX, ST(L1_MASK));
	else
		branch_and(e, REG_RDX, REG_RCX, ST(L1_MASK));
	emit_jmp_table(e, RT_L1, REG_RDX);
}

/* reg = where rsp has its entry in RT_RETURNS: its low bits, times the size of an entry,
 * so that no two entries overlap, however rsp is aligned. */
static void branch_slot(struct build *b, enum emit_reg reg)
{
	if (b->c->pext)
		emit_pdep(&b->e, reg, REG_RSP, ST(RETURN_MASK));
	else
		branch_and(&b->e, reg, REG_RSP, ST(RETURN_MASK));
}

/* To the target in rcx; rcx and rdx are in their slots. */
static void branch_jump(struct build *b, const struct insn *in)
{
	if (b->variant != DBT_NORMAL) {
		branch_dynamic(b, in);
		return;
	}
	branch_note(b, &b->e, in);
	branch_table(b, &b->e);
}

static void branch_spill(struct build *b)
{
	emit_store(&b->e, REG_RCX, ST(RCX));
	if (b->variant == DBT_NORMAL)
		emit_store(&b->e, REG_RDX, ST(RDX));
}

/* Pushes the address behind the CALL: the push is what faults. */
static void branch_push(struct build *b, taddr_t pc)
{
	if ((int64_t)pc == (int32_t)pc) {
		emit_push_imm(&b->e, (int32_t)pc);
		return;
	}
	/* The push may fault; and what is pushed comes by R11, which a function reads last,
	 * if at all: a constant would be loaded from among code, which the data cache does
	 * not hold. */
	emit_push(&b->e, REG_R11);
	emit_store(&b->e, REG_R11, ST(R11));
	emit_lea_rip(&b->e, REG_R11, pc);
	emit_bytes(&b->e, (uint8_t[]){ 0x4c, 0x89, 0x1c, 0x24 }, 4); /* mov [rsp], r11 */
	emit_load(&b->e, REG_R11, ST(R11));
}

/* The push of an indirect call may change watched memory: look, with the
 * program's registers in place. */
static void branch_watch_push(struct build *b)
{
	emit_store(&b->e, REG_RCX, ST(TARGET));
	emit_load(&b->e, REG_RCX, ST(RCX));
	watch_compare(b, 0, EXIT_DYNAMIC);
	emit_load(&b->e, REG_RCX, ST(TARGET));
}

/* rcx = the return address, or the half of it that lies at `at`: by RSP, so that what
 * faults is a stack fault if it is one. */
static void branch_land_load(struct build *b, const struct insn *in, bool wide, int8_t at)
{
	build_map(b, in->pc, in, SPILL_RETURN);
	emit_load_stack(&b->e, wide, REG_RCX, at);
}

/* Goes on if what has been loaded is value. */
static void branch_land_check(struct build *b, bool wide, uint32_t value)
{
	/* within reach, unless what the block begins with is long */
	bool loop = b->c->loop && emit_offset(&b->e) - b->elsewhere < 110;

	emit_lea_disp(&b->e, wide, REG_RCX, REG_RCX, (int32_t)(loop - value));
	emit_check(&b->e, loop, b->elsewhere, b->z->mem.start + b->z->return_miss);
}

/* Compares the return address with pc, in halves where no displacement holds it: with
 * JRCXZ, which is taken, one comparison by RDX is better than two, and it is that of the
 * indirect entry. */
static void branch_land_compare(struct build *b, const struct insn *in, taddr_t pc)
{
	bool wide = pc <= INT32_MAX;
	struct emit e;

	if (!wide && !b->c->loop) {
		branch_land_load(b, in, true, -8);
		emit_store(&b->e, REG_RDX, ST(RDX));
		b->landing = lookup_emit_entry(b->c, b->z, &b->e, pc, 0);
		return;
	}
	branch_land_load(b, in, wide, -8);
	branch_land_check(b, wide, (uint32_t)pc);
	if (!wide) {
		branch_land_load(b, in, false, -4);
		branch_land_check(b, false, pc >> 32);
	}
	emit_load(&b->e, REG_RCX, ST(RCX));
	e = build_cold(b, 48);
	b->landing = lookup_emit_entry(b->c, b->z, &e, pc, 0);
	emit_jmp(&e, emit_here(&b->e));
}

/* Where the RET of what `in` calls comes to, its stack pointer in rcx. */
static void branch_landing(struct build *b, const struct insn *in)
{
	emit_lea_disp(&b->e, true, REG_RSP, REG_RCX, 8);
	branch_land_compare(b, in, in->pc + in->len);
}

/* The processor predicts a RET well when it returns to behind its CALL, so the
 * program's calls are calls of ours, too:
 *
 *	1:	pop  [RT_RETURNS + slot of rsp]
 *		push the program's return address
 *		jmp  to what is called
 *	block:	call 1b
 *		(where the program's RET lands, and what follows the program's CALL)
 *
 * The CALL faults where the program's would; spills: what is spilled. */
static void branch_land(struct build *b, const struct insn *in, uint8_t spills)
{
	build_map(b, in->pc, in, spills);
	emit_call(&b->e, b->called);
	branch_landing(b, in);
}

/* With the shadow the program's return address may be pushed first, and the machine's
 * CALL then pushes into the shadow, at the same place:
 *
 *	block:	push the program's return address, by two stores: the first may fault
 *		lea  rsp, [rsp + 8 - RT_SHADOW_BELOW]
 *		call to what is called, where
 *		lea  rsp, [rsp + RT_SHADOW_BELOW] is in front of the block
 *
 * A NOP has in it the jump by which LOOP goes elsewhere: a jump in front of the block
 * would have to be jumped over. Indirect, the call is to what stands in front of this one. */
static void branch_land_straight(struct build *b, const struct insn *in, uint8_t spills)
{
	taddr_t pc = in->pc + in->len;

	if (b->c->loop && !b->called) {
		emit_bytes(&b->e, (uint8_t[]){ 0x0f, 0x1f, 0x84 }, 3); /* nop [r+r*8+disp32] */
		b->elsewhere = emit_offset(&b->e);
		emit_jmp(&b->e, b->z->mem.start + b->z->return_miss);
	}
	build_map(b, in->pc, in, spills);
	emit_push_imm(&b->e, (int32_t)pc);
	if ((int64_t)pc != (int32_t)pc)
		emit_store_stack_imm(&b->e, 4, (uint32_t)(pc >> 32));
	emit_lea_disp(&b->e, true, REG_RSP, REG_RSP, 8 - RT_SHADOW_BELOW);
	build_map(b, in->pc, in, spills | SPILL_SHADOW);
	if (b->called)
		emit_call(&b->e, b->called);
	else
		exits_call(b, in->target);
	branch_landing(b, in);
}

/* reg is free. */
static void branch_remember(struct build *b, taddr_t pc, enum emit_reg reg)
{
	branch_slot(b, reg);
	emit_pop_mem(&b->e, reg, RT_RETURNS);
	if ((int64_t)pc == (int32_t)pc) {
		emit_push_imm(&b->e, (int32_t)pc);
	} else {
		emit_lea_rip(&b->e, reg, pc);
		emit_push(&b->e, reg);
	}
}

/* The same with the shadow: *at is where the push names a constant, 0: it does not. It
 * needs no register. */
static void branch_remember_shadow(struct build *b, const struct insn *in, size_t *at)
{
	taddr_t pc = in->pc + in->len;

	build_map(b, in->pc, in, SPILL_PUSHED);
	emit_pop_stack(&b->e, -8 - RT_SHADOW_BELOW); /* by rsp as it is then */
	*at = 0;
	if ((int64_t)pc == (int32_t)pc)
		emit_push_imm(&b->e, (int32_t)pc);
	else
		*at = emit_push_constant(&b->e);
}

/* What remembers has happened: to what is called, rdx free if that is indirect. */
static void branch_called_goes(struct build *b, const struct insn *in)
{
	if (in->kind == INSN_CALL_IND) {
		if (b->d->n_watches)
			branch_watch_push(b);
		branch_jump(b, in);
		return;
	}
	if (b->d->n_watches)
		watch_check(b, in, in->target);
	exits_direct(b, in->target, 0);
}

static void branch_called(struct build *b, const struct insn *in)
{
	taddr_t pc = in->pc + in->len;
	size_t at;

	if (b->straight) {
		emit_lea_disp(&b->e, true, REG_RSP, REG_RSP, RT_SHADOW_BELOW);
		branch_called_goes(b, in);
		return;
	}
	if (b->c->shadow) {
		branch_remember_shadow(b, in, &at);
		branch_called_goes(b, in);
		if (at) {
			emit_patch(&b->e, at, emit_here(&b->e));
			emit_u64(&b->e, pc);
		}
		return;
	}
	if (in->kind == INSN_CALL_IND) {
		branch_remember(b, pc, REG_RDX);
	} else {
		/* r11 is what a function reads last, if at all */
		emit_store(&b->e, REG_R11, ST(R11));
		branch_remember(b, pc, REG_R11);
		emit_load(&b->e, REG_R11, ST(R11));
	}
	branch_called_goes(b, in);
}

/* Whether what is called begins with PUSH RBP; MOV RBP, RSP. There a CALL that goes
 * straight to it takes longer than one that pops: all it does waits for rsp.
 * Measured: a recursive function, compiled without optimisation: 2.5 and 1.6 of native */
static bool branch_has_frame(struct build *b, taddr_t pc)
{
	static const uint8_t mov[] = { 0x48, 0x89, 0xe5 };
	const struct insn *in = fetch_behind_endbr(&b->d->fetch, pc);

	if (!in || in->bytes[0] != 0x55)
		return false;
	in = fetch_insn(&b->d->fetch, in->pc + in->len);
	return in && !memcmp(in->bytes, mov, sizeof(mov));
}

/* Whether a CALL can and should go straight to the block there. */
static bool branch_may_go(struct build *b, taddr_t pc)
{
	return !b->d->n_watches && exits_is_near(b, pc) && !branch_has_frame(b, pc);
}

void branch_front(struct build *b)
{
	const struct insn *in = &b->path->steps[0].in;

	b->ticks = 0;
	b->called = 0;
	b->straight = b->c->shadow && (in->kind == INSN_CALL_IND || branch_may_go(b, in->target));
	if (b->straight && in->kind == INSN_CALL)
		return;
	b->called = emit_here(&b->e);
	branch_called(b, in);
	b->elsewhere = emit_offset(&b->e);
	if (b->c->loop)
		emit_jmp(&b->e, b->z->mem.start + b->z->return_miss);
}

/* A RET of ours, which pops what the CALL left for this rsp in the shadow or RT_RETURNS; rsp
 * goes along in rcx. Where it lands, the program's stack is read as its RET would have. */
static void branch_ret(struct build *b, const struct insn *in)
{
	emit_store(&b->e, REG_RCX, ST(RCX));
	branch_note(b, &b->e, in);
	emit_mov(&b->e, REG_RCX, REG_RSP);
	if (b->c->shadow) {
		emit_lea_disp(&b->e, true, REG_RSP, REG_RSP, -RT_SHADOW_BELOW);
		build_map(b, in->pc, in, SPILL_RCX | SPILL_SHADOW);
	} else {
		branch_slot(b, REG_RSP);
		emit_lea_disp(&b->e, true, REG_RSP, REG_RSP, RT_RETURNS);
	}
	emit_u8(&b->e, 0xc3);
}

/* pop rcx; and what RET imm16 releases besides. A pop that faults has changed
 * nothing. */
static void branch_pop(struct build *b, const struct insn *in)
{
	build_map(b, in->pc, in, 0);
	emit_u8(&b->e, 0x59);
	if (in->pops)
		emit_lea_disp(&b->e, true, REG_RSP, REG_RSP, in->pops);
}

/* A checked branch goes elsewhere: counts what is pending, looks the target up. */
static taddr_t branch_elsewhere(struct build *b, const struct insn *in)
{
	uint32_t i = b->ticks ? exits_add(b, (struct exit){ .why = DBT_EXIT_MISS,
							    .flags = EXIT_DYNAMIC | EXIT_CHECKED })
			      : 0;
	struct emit e = build_cold(b, 160);
	taddr_t start = emit_here(&e);
	size_t stop;

	emit_not(&e, REG_RDX);
	emit_lea(&e, REG_RCX, REG_RCX, REG_RDX, 1);
	branch_note(b, &e, in);
	if (!i || b->error) {
		branch_table(b, &e);
		return start;
	}
	emit_spill_flags(&e, ST(RAX));
	emit_sub_mem(&e, count_counter(b), (uint8_t)b->ticks);
	stop = emit_jcc8(&e, CC_S);
	emit_reload_flags(&e, ST(RAX));
	branch_table(b, &e);
	emit_bind8(&e, stop);
	emit_reload_flags(&e, ST(RAX));
	emit_store(&e, REG_RCX, ST(TARGET));
	emit_load(&e, REG_RDX, ST(RDX));
	emit_load(&e, REG_RCX, ST(RCX));
	emit_jmp(&e, exits_stub(b, i));
	return start;
}

/* A slot has been filled: back to before the jump, for another translation. */
static taddr_t branch_bound(struct build *b, const struct insn *in)
{
	uint32_t i = exits_add(b, (struct exit){ .target = in->pc,
						 .ticks = b->ticks,
						 .why = DBT_EXIT_MISS,
						 .flags = EXIT_REBUILD });
	struct emit e = build_cold(b, 32);
	taddr_t start = emit_here(&e);

	if (b->error)
		return start;
	emit_load(&e, REG_RDX, ST(RDX));
	emit_load(&e, REG_RCX, ST(RCX));
	emit_jmp(&e, exits_stub(b, i));
	return start;
}

/* Goes on in the path if the target in rcx is s->to. */
static void branch_check(struct build *b, const struct step *s)
{
	taddr_t elsewhere = s->unbound ? branch_bound(b, &s->in) : branch_elsewhere(b, &s->in);

	emit_mov_imm(&b->e, REG_RDX, -s->to);
	emit_lea(&b->e, REG_RCX, REG_RCX, REG_RDX, 0);
	emit_check(&b->e, false, 0, elsewhere);
	emit_load(&b->e, REG_RDX, ST(RDX));
	emit_load(&b->e, REG_RCX, ST(RCX));
}

/* To the target in rcx: s->to, if that is checked. */
static void branch_to(struct build *b, const struct step *s)
{
	if (s->checked)
		branch_check(b, s);
	else
		branch_jump(b, &s->in);
}

void branch_call(struct build *b, const struct step *s, uint8_t spills)
{
	if (s->lands) {
		if (b->straight)
			branch_land_straight(b, &s->in, spills);
		else
			branch_land(b, &s->in, spills);
		return;
	}
	build_map(b, s->in.pc, &s->in, spills);
	branch_push(b, s->in.pc + s->in.len);
}

void branch_return(struct build *b, const struct step *s)
{
	build_map(b, s->in.pc, &s->in, 0);
	if (s->known) {
		emit_lea_disp(&b->e, true, REG_RSP, REG_RSP, 8);
		return;
	}
	if (!s->checked && b->variant == DBT_NORMAL && !s->in.pops) {
		branch_ret(b, &s->in);
		return;
	}
	branch_spill(b);
	branch_pop(b, &s->in);
	if (b->c->shadow && s->in.pops & 7)
		branch_dynamic(b, &s->in); /* where it enters, rsp is looked at */
	else
		branch_to(b, s);
}

void branch_check_stack(struct build *b, const struct insn *in)
{
	taddr_t pc = in->pc + in->len;
	struct emit cold;
	uint32_t i;

	if (!b->c->shadow || b->variant != DBT_NORMAL)
		return;
	i = exits_add(b, (struct exit){ .target = pc, .ticks = b->ticks, .why = DBT_EXIT_MISS });
	cold = build_cold(b, 16);
	if (b->error)
		return;
	emit_store(&b->e, REG_RCX, ST(RCX));
	emit_pext(&b->e, REG_RCX, REG_RSP, ST(STACK_MASK));
	emit_lea_disp(&b->e, true, REG_RCX, REG_RCX, -(int32_t)(RT_STACK / RT_STACK_BYTES * 8));
	emit_check(&b->e, false, 0, emit_here(&cold));
	emit_load(&b->e, REG_RCX, ST(RCX));

	emit_load(&cold, REG_RCX, ST(RCX));
	emit_jmp(&cold, exits_stub(b, i));
}

void branch_indirect(struct build *b, const struct step *s)
{
	const struct insn *in = &s->in;

	build_map(b, in->pc, in, 0);
	branch_spill(b);
	build_map(b, in->pc, in, 0);
	copy_operand(b, in, REG_RCX);
	if (in->kind == INSN_CALL_IND) {
		branch_call(b, s, SPILL_RCX);
		if (s->lands)
			return;
		if (b->d->n_watches)
			branch_watch_push(b);
	}
	branch_to(b, s);
}
