/* SPDX-License-Identifier: MIT */
/*
 * Copies of the program's instructions. All bytes stay as they are, but for the
 * displacement of a RIP-relative operand, which leads to the same address from
 * the copy. Where it does not reach, the operand becomes [reg], with reg spilled
 * and loaded with the address:
 *
 *	mov  [rt_state.scratch], rsi
 *	mov  rsi, address
 *	insn ..., [rsi]
 *	mov  rsi, [rt_state.scratch]
 */
#include <string.h>

#include "translator/build.h"

/* A register that the instruction does not use, among those that need no
 * prefix bit as a base, and not RSP or RBP, which encode something else. */
static enum emit_reg copy_scratch(const struct insn *in)
{
	static const enum emit_reg candidates[] = { REG_RSI, REG_RDI, REG_RAX,
						    REG_RCX, REG_RDX, REG_RBX };
	struct insn_operands o;

	insn_operands(in, &o);
	for (size_t i = 0; i < ARRAY_SIZE(candidates); i++)
		if (!(o.used & 1u << candidates[i]))
			return candidates[i];
	return REG_RBX;
}

static bool copy_is_legacy_prefix(uint8_t b)
{
	switch (b) {
	case 0x66: case 0x67: case 0xf0: case 0xf2: case 0xf3:
	case 0x2e: case 0x36: case 0x3e: case 0x26: case 0x64: case 0x65:
		return true;
	default:
		return false;
	}
}

/* Clears the bit that extends the base register. */
static void copy_clear_base_extension(const struct insn *in, uint8_t *bytes)
{
	unsigned i = 0;

	while (copy_is_legacy_prefix(bytes[i]))
		i++;
	if ((bytes[i] & 0xf0) == 0x40)
		bytes[i] &= 0xfe; /* REX.B */
	else if (i < in->modrm && (bytes[i] == 0xc4 || bytes[i] == 0x62 || bytes[i] == 0x8f) &&
		 in->modrm - i >= 4)
		bytes[i + 1] |= 0x20; /* VEX, EVEX, XOP: B, inverted */
}

static void copy_by_scratch(struct build *b, const struct insn *in)
{
	enum emit_reg reg = copy_scratch(in);
	uint8_t bytes[15];
	unsigned behind = in->disp + 4u;

	memcpy(bytes, in->bytes, in->len);
	copy_clear_base_extension(in, bytes);
	bytes[in->modrm] = (uint8_t)((bytes[in->modrm] & 0x38) | reg);
	emit_store(&b->e, reg, ST(SCRATCH));
	emit_mov_imm(&b->e, reg, in->target);
	build_map(b, in->pc, in, (uint8_t)(SPILL_SCRATCH | reg << 4));
	emit_bytes(&b->e, bytes, in->disp);
	emit_bytes(&b->e, bytes + behind, in->len - behind);
	emit_load(&b->e, reg, ST(SCRATCH));
}

void copy_insn(struct build *b, const struct insn *in)
{
	size_t at = emit_offset(&b->e);

	build_map(b, in->pc, in, 0);
	if (!in->rip) {
		emit_bytes(&b->e, in->bytes, in->len);
	} else if (!in->addr32 && emit_reaches(emit_here(&b->e) + in->len, in->target)) {
		uint32_t disp = (uint32_t)(in->target - (emit_here(&b->e) + in->len));

		emit_bytes(&b->e, in->bytes, in->len);
		if (!b->e.full)
			memcpy(b->e.start + at + in->disp, &disp, 4);
	} else {
		copy_by_scratch(b, in);
	}
}

/* opcode reg, [reg] or, for other operands, the instruction's own addressing bytes
 * behind REX.W and the opcode: neither its other prefixes nor its own opcode matter. */
static void copy_addressing(struct build *b, const struct insn *in, uint8_t opcode,
			    enum emit_reg reg)
{
	uint8_t rex = 0x48, segment = 0;
	uint8_t modrm = (uint8_t)((in->bytes[in->modrm] & 0xc7) | reg << 3);

	for (unsigned i = 0; i < in->modrm - 1u; i++) {
		if (in->bytes[i] == 0x64 || in->bytes[i] == 0x65)
			segment = in->bytes[i];
		else if ((in->bytes[i] & 0xf0) == 0x40)
			rex = (uint8_t)(0x48 | (in->bytes[i] & 3));
	}
	if (in->rip && (in->addr32 || !emit_reaches(emit_here(&b->e) + 16, in->target))) {
		emit_mov_imm(&b->e, reg, in->target);
		build_map(b, in->pc, in, (uint8_t)(reg == REG_RCX ? SPILL_RCX : 0));
		rex = 0x48;
		modrm = (uint8_t)(reg << 3 | reg);
	}
	if (segment)
		emit_u8(&b->e, segment);
	if (in->addr32)
		emit_u8(&b->e, 0x67);
	emit_bytes(&b->e, (uint8_t[]){ rex, opcode, modrm }, 3);
	if (in->rip && (modrm & 0xc7) == 5)
		emit_u32(&b->e, (uint32_t)(in->target - (emit_here(&b->e) + 4)));
	else if (!in->rip)
		emit_bytes(&b->e, in->bytes + in->modrm + 1, in->len - in->modrm - 1u);
}

void copy_operand(struct build *b, const struct insn *in, enum emit_reg reg)
{
	copy_addressing(b, in, 0x8b, reg);
}

void copy_address(struct build *b, const struct insn *in, enum emit_reg reg)
{
	copy_addressing(b, in, 0x8d, reg);
}
