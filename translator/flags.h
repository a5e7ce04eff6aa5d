/* SPDX-License-Identifier: MIT */
/*
 * Which arithmetic flags are dead where: a counter may be subtracted with a
 * plain SUB at a place from which on the program overwrites all flags before it
 * reads any, and before anything can happen that would show them (a fault, a
 * stop, a branch). Where in doubt, flags are live.
 */
#pragma once

#include "translator/insn.h"

/* What each condition code 0..15 reads. */
uint16_t flags_of_cc(unsigned cc);

/* Sets in->seen, reads and kills from the mnemonic (a ZydisMnemonic). */
void flags_classify(int mnemonic, uint8_t opcode, struct insn *in);

/* Whether all flags are dead before insns[0], given the n instructions that
 * follow in the order of execution. */
bool flags_dead(const struct insn *const *insns, size_t n);
