/* SPDX-License-Identifier: MIT */
/*
 * The way back from translated code to the program: for each place in a block
 * at which the tracee can be found with the program's state complete, which
 * instruction that is, what has been counted, and which registers are spilled.
 *
 * A map is a run of bytes, one entry after the other in the order of machine
 * addresses:
 *
 *	u8 distance  from the entry before (255: more follow in a u32)
 *	u8 flags     low 4 bits: length of the instruction (0: none, a boundary)
 *	[s32 pc      relative to the block's, with MAP_PC; else behind the
 *	             instruction of the entry before]
 *	[s8 ticks    with MAP_TICKS; else as before]
 *	[u8 spills   with MAP_SPILLS; else 0]
 */
#pragma once

#include "common/buf.h"
#include "common/types.h"

/* What is in a slot of rt_state instead of in its register. */
enum {
	SPILL_RAX = 1,
	SPILL_RCX = 2,
	SPILL_RDX = 4,
	SPILL_SCRATCH = 8, /* the register in bits 4..7 is in rt_state.scratch */
	/* Without SPILL_SCRATCH: rsp is in the shadow; a CALL of ours has pushed. */
	SPILL_SHADOW = 16,
	SPILL_PUSHED = 32,
	/* Where a RET lands: its rcx is in the slot, which one it is, rt_state.branch
	 * knows, and that it has popped is undone. */
	SPILL_RETURN = SPILL_RCX | SPILL_RDX,
};

struct map_entry {
	uint32_t host; /* offset in the block */
	taddr_t pc;
	uint8_t len, spills;
	int8_t ticks; /* -1: the branch that comes next is counted already */
};

struct map_writer {
	struct buf *out;
	taddr_t block_pc;
	struct map_entry last; /* pc: the one expected next */
	struct map_entry before; /* last as it was before the last entry */
	size_t before_len;	 /* of out */
};

void map_begin(struct map_writer *w, struct buf *out, taddr_t block_pc);
/* Entries of growing host offsets; one with the offset of the last replaces it,
 * so that an instruction stands for a jump to it, which has no code. pc has to lie within 2 GiB of the block's. -ENOMEM */
int map_add(struct map_writer *w, const struct map_entry *e) must_check;

/* The entry at exactly this offset; false: there is none. */
bool map_find(const uint8_t *map, size_t bytes, taddr_t block_pc, uint32_t host,
	      struct map_entry *ret);
