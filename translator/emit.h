/* SPDX-License-Identifier: MIT */
/*
 * Writes the bytes of x86-64 instructions. It knows encodings, nothing of what
 * they are for. Memory operands are addresses below 2 GiB or within 2 GiB of the
 * code; nothing emitted here but emit_and_mem(), emit_sub_mem() and the two
 * of emit_restore_flags() changes the flags.
 *
 * Code grows upward from `p`, what is seldom run (stubs) is written elsewhere
 * by a second emitter. Writing past `end` sets `full` and writes nothing.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "common/types.h"

enum emit_reg {
	REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI,
	REG_R8, REG_R9, REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15
};

enum emit_cc { CC_O = 0, CC_E = 4, CC_NE = 5, CC_S = 8 };

struct emit {
	uint8_t *start, *p, *end;
	taddr_t base; /* where start lies in the tracee */
	bool full;
};

/* Where the next byte lies in the tracee. */
static inline taddr_t emit_here(const struct emit *e)
{
	return e->base + (taddr_t)(e->p - e->start);
}

static inline size_t emit_offset(const struct emit *e)
{
	return (size_t)(e->p - e->start);
}

/* Whether a 32-bit displacement leads from behind it to there. */
static inline bool emit_reaches(taddr_t from, taddr_t to)
{
	int64_t d = (int64_t)(to - from);

	return d == (int32_t)d;
}

void emit_bytes(struct emit *e, const void *bytes, size_t n);
void emit_u8(struct emit *e, uint8_t v);
void emit_u32(struct emit *e, uint32_t v);
void emit_u64(struct emit *e, uint64_t v);

/* mov [address], reg; mov reg, [address] (64 bits, below 2 GiB) */
void emit_store(struct emit *e, enum emit_reg reg, uint32_t address);
void emit_load(struct emit *e, enum emit_reg reg, uint32_t address);
/* mov dword [address], value */
void emit_store_imm(struct emit *e, uint32_t address, uint32_t value);
/* mov reg, value in the shortest form */
void emit_mov_imm(struct emit *e, enum emit_reg reg, uint64_t value);
/* mov reg, from */
void emit_mov(struct emit *e, enum emit_reg reg, enum emit_reg from);
/* reg = address: lea reg, [rip + disp], or mov where that does not reach */
void emit_lea_rip(struct emit *e, enum emit_reg reg, uint64_t address);
/* lea reg, [base + index + disp] */
void emit_lea(struct emit *e, enum emit_reg reg, enum emit_reg base,
	      enum emit_reg index, int32_t disp);
void emit_not(struct emit *e, enum emit_reg reg);
/* lea reg, [base + disp]; mov reg, [rsp + disp] (none of R8 to R15): all of it, if wide,
 * or its lower half, with zeros above. */
void emit_lea_disp(struct emit *e, bool wide, enum emit_reg reg, enum emit_reg base, int32_t disp);
void emit_load_stack(struct emit *e, bool wide, enum emit_reg reg, int8_t disp);
/* push value; push reg; pop [base + disp], base neither RSP nor R12 */
/* mov dword [rsp + disp], value */
void emit_store_stack_imm(struct emit *e, int8_t disp, uint32_t value);
/* pop [rsp + disp]: rsp as it is behind that */
void emit_pop_stack(struct emit *e, int32_t disp);
/* push [rip + ...]; returns where the displacement is. */
size_t emit_push_constant(struct emit *e);
void emit_push_imm(struct emit *e, int32_t value);
void emit_push(struct emit *e, enum emit_reg reg);
void emit_pop_mem(struct emit *e, enum emit_reg base, int32_t disp);
/* pext reg, from, [mask]; pdep reg, from, [mask] (BMI2) */
void emit_pext(struct emit *e, enum emit_reg reg, enum emit_reg from, uint32_t mask);
void emit_pdep(struct emit *e, enum emit_reg reg, enum emit_reg from, uint32_t mask);
/* and reg, [address]; sub qword [address], value */
void emit_and_mem(struct emit *e, enum emit_reg reg, uint32_t address);
void emit_sub_mem(struct emit *e, uint32_t address, uint8_t value);
/* lahf; seto al -- and back: add al, 0x7f; sahf. rax must be spilled. */
void emit_save_flags(struct emit *e);
void emit_restore_flags(struct emit *e);
/* The same with rax in its slot meanwhile. */
void emit_spill_flags(struct emit *e, uint32_t rax_slot);
void emit_reload_flags(struct emit *e, uint32_t rax_slot);
/* And with the flags in a slot, too: rax is free meanwhile. */
void emit_keep_flags(struct emit *e, uint32_t rax_slot, uint32_t flags_slot);
void emit_give_flags(struct emit *e, uint32_t rax_slot, uint32_t flags_slot);

/* jmp [address]; jmp [table + index * 8] */
void emit_jmp_mem(struct emit *e, uint32_t address);
void emit_jmp_table(struct emit *e, uint32_t table, enum emit_reg index);
/* jmp, call, jcc target; within 2 GiB. Return where the displacement stands
 * (an offset from start), for emit_patch(). */
size_t emit_jmp(struct emit *e, taddr_t target);
size_t emit_call(struct emit *e, taddr_t target);
size_t emit_jcc(struct emit *e, unsigned cc, taddr_t target);
/* loop to an offset from start, at most 126 bytes back */
void emit_loop(struct emit *e, size_t target);
/* Goes on if rcx is 0 (by JRCXZ), with loop if it is 1 (by LOOP, to the offset of a jump to
 * elsewhere, and then it is 0); to elsewhere if not. */
void emit_check(struct emit *e, bool loop, size_t jump, taddr_t elsewhere);
/* jrcxz or jcc, 8-bit, forward: to be bound by emit_bind8(). */
size_t emit_jrcxz8(struct emit *e);
size_t emit_jcc8(struct emit *e, unsigned cc);
size_t emit_jmp8(struct emit *e);
void emit_bind8(struct emit *e, size_t at);
/* Makes the displacement at `at` lead to target. */
void emit_patch(struct emit *e, size_t at, taddr_t target);
