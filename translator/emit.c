/* SPDX-License-Identifier: MIT */
#include "translator/emit.h"

#include <string.h>

void emit_bytes(struct emit *e, const void *bytes, size_t n)
{
	const uint8_t *from = bytes;

	if ((size_t)(e->end - e->p) < n) {
		e->full = true;
		return;
	}
	for (size_t i = 0; i < n; i++) /* a call of memcpy() costs more */
		e->p[i] = from[i];
	e->p += n;
}

void emit_u8(struct emit *e, uint8_t v)
{
	emit_bytes(e, &v, 1);
}

void emit_u32(struct emit *e, uint32_t v)
{
	if ((size_t)(e->end - e->p) < 4) {
		e->full = true;
		return;
	}
	memcpy(e->p, &v, 4);
	e->p += 4;
}

void emit_u64(struct emit *e, uint64_t v)
{
	emit_u32(e, (uint32_t)v);
	emit_u32(e, (uint32_t)(v >> 32));
}

/* Appends to the n bytes of an instruction, before an immediate of `behind` bytes, what
 * names /reg and the operand [address]. RIP-relative where that reaches, as [disp32] needs
 * a SIB byte without base and index. */
static size_t emit_operand(const struct emit *e, uint8_t *b, size_t n, unsigned reg,
			   uint32_t address, unsigned behind)
{
	int64_t disp = (int64_t)address - (int64_t)(emit_here(e) + n + 5 + behind);

	if (disp == (int32_t)disp) {
		b[n++] = (uint8_t)((reg & 7) << 3 | 5);
		address = (uint32_t)disp;
	} else {
		b[n++] = (uint8_t)((reg & 7) << 3 | 4);
		b[n++] = 0x25;
	}
	memcpy(b + n, &address, 4);
	return n + 4;
}

static void emit_memory(struct emit *e, bool wide, uint8_t opcode, unsigned reg, uint32_t address,
			unsigned behind)
{
	uint8_t b[8];
	size_t n = 0;

	if (wide)
		b[n++] = 0x48 | (reg >= 8 ? 4 : 0);
	b[n++] = opcode;
	emit_bytes(e, b, emit_operand(e, b, n, reg, address, behind));
}

void emit_store(struct emit *e, enum emit_reg reg, uint32_t address)
{
	emit_memory(e, true, 0x89, reg, address, 0);
}

void emit_load(struct emit *e, enum emit_reg reg, uint32_t address)
{
	emit_memory(e, true, 0x8b, reg, address, 0);
}

void emit_store_imm(struct emit *e, uint32_t address, uint32_t value)
{
	emit_memory(e, false, 0xc7, 0, address, 4);
	emit_u32(e, value);
}

void emit_mov_imm(struct emit *e, enum emit_reg reg, uint64_t value)
{
	uint8_t r = reg & 7, b = reg >= 8;

	if (value <= UINT32_MAX) {
		if (b)
			emit_u8(e, 0x41);
		emit_u8(e, 0xb8 | r);
		emit_u32(e, (uint32_t)value);
	} else if ((int64_t)value == (int32_t)value) {
		emit_bytes(e, (uint8_t[]){ 0x48 | b, 0xc7, 0xc0 | r }, 3);
		emit_u32(e, (uint32_t)value);
	} else {
		emit_bytes(e, (uint8_t[]){ 0x48 | b, 0xb8 | r }, 2);
		emit_u64(e, value);
	}
}

void emit_mov(struct emit *e, enum emit_reg reg, enum emit_reg from)
{
	uint8_t rex = 0x48 | (from >= 8 ? 4 : 0) | (reg >= 8 ? 1 : 0);

	emit_bytes(e, (uint8_t[]){ rex, 0x89, (uint8_t)(0xc0 | (from & 7) << 3 | (reg & 7)) }, 3);
}

void emit_lea_rip(struct emit *e, enum emit_reg reg, uint64_t address)
{
	int64_t disp = (int64_t)(address - (emit_here(e) + 7));

	if (disp != (int32_t)disp) {
		emit_mov_imm(e, reg, address);
		return;
	}
	emit_bytes(e, (uint8_t[]){ reg >= 8 ? 0x4c : 0x48, 0x8d, (uint8_t)(5 | (reg & 7) << 3) },
		   3);
	emit_u32(e, (uint32_t)disp);
}

void emit_lea(struct emit *e, enum emit_reg reg, enum emit_reg base,
	      enum emit_reg index, int32_t disp)
{
	uint8_t rex = 0x48 | (reg >= 8 ? 4 : 0) | (index >= 8 ? 2 : 0) | (base >= 8 ? 1 : 0);
	/* RBP and R13 have no form without a displacement. */
	uint8_t mod = !disp && (base & 7) != REG_RBP ? 0x04 : disp == (int8_t)disp ? 0x44 : 0x84;

	emit_bytes(e, (uint8_t[]){ rex, 0x8d, (uint8_t)(mod | (reg & 7) << 3),
				   (uint8_t)((index & 7) << 3 | (base & 7)) }, 4);
	if (mod == 0x44)
		emit_u8(e, (uint8_t)disp);
	else if (mod == 0x84)
		emit_u32(e, (uint32_t)disp);
}

void emit_lea_disp(struct emit *e, bool wide, enum emit_reg reg, enum emit_reg base, int32_t disp)
{
	uint8_t rex = (wide ? 0x48 : 0) | (reg >= 8 ? 0x44 : 0) | (base >= 8 ? 0x41 : 0);
	bool byte = disp == (int8_t)disp;

	if (rex)
		emit_u8(e, rex);
	emit_u8(e, 0x8d);
	emit_u8(e, (uint8_t)((byte ? 0x40 : 0x80) | (reg & 7) << 3 | (base & 7)));
	if ((base & 7) == REG_RSP)
		emit_u8(e, 0x24);
	if (byte)
		emit_u8(e, (uint8_t)disp);
	else
		emit_u32(e, (uint32_t)disp);
}

void emit_load_stack(struct emit *e, bool wide, enum emit_reg reg, int8_t disp)
{
	if (wide)
		emit_u8(e, 0x48);
	emit_bytes(e, (uint8_t[]){ 0x8b, (uint8_t)(0x44 | reg << 3), 0x24, (uint8_t)disp }, 4);
}

void emit_store_stack_imm(struct emit *e, int8_t disp, uint32_t value)
{
	emit_bytes(e, (uint8_t[]){ 0xc7, 0x44, 0x24, (uint8_t)disp }, 4);
	emit_u32(e, value);
}

void emit_push_imm(struct emit *e, int32_t value)
{
	emit_u8(e, 0x68);
	emit_u32(e, (uint32_t)value);
}

void emit_pop_stack(struct emit *e, int32_t disp)
{
	emit_bytes(e, (uint8_t[]){ 0x8f, 0x84, 0x24 }, 3);
	emit_u32(e, (uint32_t)disp);
}

size_t emit_push_constant(struct emit *e)
{
	emit_bytes(e, (uint8_t[]){ 0xff, 0x35, 0, 0, 0, 0 }, 6);
	return emit_offset(e) - 4;
}

void emit_push(struct emit *e, enum emit_reg reg)
{
	if (reg >= 8)
		emit_u8(e, 0x41);
	emit_u8(e, 0x50 | (reg & 7));
}

void emit_pop_mem(struct emit *e, enum emit_reg base, int32_t disp)
{
	if (base >= 8)
		emit_u8(e, 0x41);
	emit_bytes(e, (uint8_t[]){ 0x8f, (uint8_t)(0x80 | (base & 7)) }, 2);
	emit_u32(e, (uint32_t)disp);
}

void emit_not(struct emit *e, enum emit_reg reg)
{
	emit_bytes(e, (uint8_t[]){ 0x48 | (reg >= 8), 0xf7, (uint8_t)(0xd0 | (reg & 7)) }, 3);
}

/* reg, from, [mask]; prefix: 2 for F3, 3 for F2 */
static void emit_bmi2(struct emit *e, uint8_t prefix, enum emit_reg reg, enum emit_reg from,
		      uint32_t mask)
{
	/* VEX.LZ.prefix.0F38.W1 F5 /r */
	uint8_t b[10] = { 0xc4, reg >= 8 ? 0x62 : 0xe2,
			  (uint8_t)(0x80 | (~from & 15) << 3 | prefix), 0xf5 };

	emit_bytes(e, b, emit_operand(e, b, 4, reg, mask, 0));
}

void emit_pext(struct emit *e, enum emit_reg reg, enum emit_reg from, uint32_t mask)
{
	emit_bmi2(e, 2, reg, from, mask);
}

void emit_pdep(struct emit *e, enum emit_reg reg, enum emit_reg from, uint32_t mask)
{
	emit_bmi2(e, 3, reg, from, mask);
}

void emit_and_mem(struct emit *e, enum emit_reg reg, uint32_t address)
{
	emit_memory(e, true, 0x23, reg, address, 0);
}

void emit_sub_mem(struct emit *e, uint32_t address, uint8_t value)
{
	emit_memory(e, true, 0x83, 5, address, 1);
	emit_u8(e, value);
}

void emit_save_flags(struct emit *e)
{
	emit_bytes(e, (uint8_t[]){ 0x9f, 0x0f, 0x90, 0xc0 }, 4);
}

void emit_restore_flags(struct emit *e)
{
	emit_bytes(e, (uint8_t[]){ 0x04, 0x7f, 0x9e }, 3);
}

void emit_spill_flags(struct emit *e, uint32_t rax_slot)
{
	emit_store(e, REG_RAX, rax_slot);
	emit_save_flags(e);
}

void emit_reload_flags(struct emit *e, uint32_t rax_slot)
{
	emit_restore_flags(e);
	emit_load(e, REG_RAX, rax_slot);
}

void emit_keep_flags(struct emit *e, uint32_t rax_slot, uint32_t flags_slot)
{
	emit_spill_flags(e, rax_slot);
	emit_store(e, REG_RAX, flags_slot);
}

void emit_give_flags(struct emit *e, uint32_t rax_slot, uint32_t flags_slot)
{
	emit_load(e, REG_RAX, flags_slot);
	emit_reload_flags(e, rax_slot);
}

void emit_jmp_mem(struct emit *e, uint32_t address)
{
	emit_memory(e, false, 0xff, 4, address, 0);
}

void emit_jmp_table(struct emit *e, uint32_t table, enum emit_reg index)
{
	emit_bytes(e, (uint8_t[]){ 0xff, 0x24, (uint8_t)(0xc5 | (index & 7) << 3) }, 3);
	emit_u32(e, table);
}

static size_t emit_displacement(struct emit *e, taddr_t target)
{
	size_t at = emit_offset(e);

	emit_u32(e, (uint32_t)(target - (emit_here(e) + 4)));
	return at;
}

size_t emit_jmp(struct emit *e, taddr_t target)
{
	emit_u8(e, 0xe9);
	return emit_displacement(e, target);
}

size_t emit_call(struct emit *e, taddr_t target)
{
	emit_u8(e, 0xe8);
	return emit_displacement(e, target);
}

size_t emit_jcc(struct emit *e, unsigned cc, taddr_t target)
{
	emit_bytes(e, (uint8_t[]){ 0x0f, (uint8_t)(0x80 | cc) }, 2);
	return emit_displacement(e, target);
}

static size_t emit_short(struct emit *e, uint8_t opcode)
{
	emit_bytes(e, (uint8_t[]){ opcode, 0 }, 2);
	return emit_offset(e) - 1;
}

void emit_loop(struct emit *e, size_t target)
{
	int64_t disp = (int64_t)target - (int64_t)(emit_offset(e) + 2);

	emit_bytes(e, (uint8_t[]){ 0xe2, (uint8_t)disp }, 2);
}

size_t emit_jrcxz8(struct emit *e)
{
	return emit_short(e, 0xe3);
}

size_t emit_jcc8(struct emit *e, unsigned cc)
{
	return emit_short(e, (uint8_t)(0x70 | cc));
}

size_t emit_jmp8(struct emit *e)
{
	return emit_short(e, 0xeb);
}

void emit_bind8(struct emit *e, size_t at)
{
	if (!e->full)
		e->start[at] = (uint8_t)(emit_offset(e) - (at + 1));
}

void emit_check(struct emit *e, bool loop, size_t jump, taddr_t elsewhere)
{
	size_t ok;

	if (loop) {
		emit_loop(e, jump);
		return;
	}
	ok = emit_jrcxz8(e);
	emit_jmp(e, elsewhere);
	emit_bind8(e, ok);
}

void emit_patch(struct emit *e, size_t at, taddr_t target)
{
	uint32_t d = (uint32_t)(target - (e->base + at + 4));

	if (!e->full)
		memcpy(e->start + at, &d, 4);
}
