/* SPDX-License-Identifier: MIT */
/*
 * One decoded instruction of the program, as far as the translator needs to
 * know it: how it moves control, whether it has a RIP-relative operand, and
 * what it does to the flags.
 */
#pragma once

#include <stdbool.h>

#include "common/types.h"

enum insn_kind {
	INSN_PLAIN,	  /* copied */
	INSN_JCC,	  /* cc; target */
	INSN_LOOP,	  /* JCXZ family and LOOP family; target */
	INSN_JMP,	  /* target */
	INSN_CALL,	  /* target */
	INSN_JMP_IND,	  /* through r/m64 */
	INSN_CALL_IND,
	INSN_RET,	  /* pops: bytes released besides */
	INSN_SYSCALL,
	INSN_OUTSIDE,	  /* what: enum dbt_insn */
	INSN_TRAP,	  /* INT3, INT1: copied, trap behind themselves */
	INSN_FAULT,	  /* UD2, HLT: copied, control never goes on */
	INSN_XBEGIN,	  /* target: where an abort goes */
	INSN_POPF,
	INSN_X87_IMAGE,	  /* stores FIP always */
	INSN_XSAVE,	  /* stores FIP when EAX bit 0 is set */
	INSN_UNSUPPORTED, /* far transfers, IRET, INT n */
	INSN_UNDECODED
};

/* The arithmetic flags as bits of EFLAGS. */
enum {
	FLAG_C = 0x1, FLAG_P = 0x4, FLAG_A = 0x10, FLAG_Z = 0x40, FLAG_S = 0x80,
	FLAG_O = 0x800,
	FLAG_ALL = FLAG_C | FLAG_P | FLAG_A | FLAG_Z | FLAG_S | FLAG_O
};

struct insn {
	taddr_t pc;
	taddr_t target;	  /* of a direct branch; what a RIP-relative operand names */
	uint8_t kind;	  /* enum insn_kind */
	uint8_t len;
	uint8_t what;	  /* condition code; enum dbt_insn */
	uint8_t modrm;	  /* offset of the ModRM byte, 0: none */
	uint8_t disp;	  /* offset of the displacement, 0: none */
	uint8_t disp_bytes;
	bool rip;	  /* has a RIP-relative operand: target */
	bool addr32;	  /* 67h prefix */
	bool data16;	  /* effective operand size is 16 bits */
	bool memory;	  /* has a ModRM memory operand */
	/* Moves rsp otherwise than by a little and multiples of 8: see insn_stack(). */
	bool stack;
	/* Can be seen from outside between flags that precede and follow it:
	 * it may fault, or nothing is known of it. */
	bool seen;
	uint16_t reads, kills; /* FLAG_, when not seen */
	uint16_t pops;
	uint8_t bytes[15];
};

/* Decodes at most n (1..15) bytes at pc. 0; -ENODATA when the instruction is
 * longer than n. Undecodable bytes give INSN_UNDECODED with len 1. */
int insn_decode(taddr_t pc, const uint8_t *bytes, size_t n, struct insn *ret);
/* The same by Zydis alone; insn_decode() asks quick.h first. */
int insn_decode_full(taddr_t pc, const uint8_t *bytes, size_t n, struct insn *ret);

/* Tells whether rsp may be anywhere behind a decoded instruction: where it has a shadow, it
 * is looked at then, so flags have to be the program's there. PUSH, CALL and the like move
 * it by 8. */
void insn_stack(struct insn *in);

/* What a full decode says of an instruction that insn_decode() knows. */
struct insn_operands {
	uint16_t used;	 /* general registers that it names or implies, bits */
	bool writes;	 /* it may write memory */
	/* the (first) explicit memory operand */
	bool memory;
	int base, index; /* enum emit_reg, -1: none; base is never RIP */
	unsigned scale;
	int64_t disp;	 /* with RIP-relative: the address itself */
	int segment;	 /* 0: flat, 4: FS, 5: GS */
	int reg;	 /* first register operand, enum emit_reg, -1: none */
	unsigned reg_bytes;
	bool wide;	 /* REX.W */
};
void insn_operands(const struct insn *in, struct insn_operands *ret);

/* The instruction as text, for messages. */
void insn_text(const struct insn *in, char *ret, size_t size);
