/* SPDX-License-Identifier: MIT */
/*
 * Random sequences of instructions: all operand forms of whatever Zydis decodes
 * and the processor runs without trouble, branches, loops, calls, returns, and
 * indirect jumps. They end with a jump to a given address.
 *
 * RSP is the stack, R15 points into the data, R14 is a small index, R13 counts
 * loops: random instructions do not write these. Sequences can fault.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RANDOM_CODE_BYTES 16384
#define RANDOM_DATA_BYTES 16384 /* the upper half is the stack */

struct random_code {
	uint64_t seed;
	uint64_t base;	/* where the code is going to run: RANDOM_CODE_BYTES */
	uint64_t data;	/* within 2 GiB of it: RANDOM_DATA_BYTES */
	uint64_t end;	/* where it jumps in the end */
	unsigned items; /* how long it is, about */
	bool low;	/* data lies below 4 GiB: 32-bit addressing may be used */
	uint8_t *bytes; /* written; the code begins at its start */
	size_t len;
};

void random_code(struct random_code *c);

/* A number that depends on *seed, which changes. */
uint64_t random_next(uint64_t *seed);
unsigned random_below(uint64_t *seed, unsigned n);

/* This instruction raised #UD: leave out its kind from now on. */
void random_code_refused(const uint8_t *bytes);
