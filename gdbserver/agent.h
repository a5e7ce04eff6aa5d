/* SPDX-License-Identifier: MIT */
/*
 * Agent expressions: conditions of breakpoints that gdb compiled to bytecode, so
 * that a condition that does not hold costs no round trip.
 *
 *	26 0005 22 07 13 27	reg 5; const8 7; equal; end: is register 5 seven?
 *
 * Source: gdb's manual, "The GDB Agent Expression Mechanism".
 */
#pragma once

#include "gdbserver/target.h"

struct gdb_agent {
	void *ctx;
	/* The value of a register, by gdb's number. */
	int (*reg)(void *ctx, unsigned n, uint64_t *ret);
	int (*read)(void *ctx, taddr_t addr, void *ret, size_t len);
};

/* The value that the expression leaves. -EINVAL: it is nonsense, or takes too
 * long; -EOPNOTSUPP: an operation not known here; -EFAULT, -ERANGE (a division
 * by zero) */
int gdb_agent_evaluate(const struct gdb_agent *agent, const uint8_t *code, size_t len,
		       uint64_t *ret) must_check;
