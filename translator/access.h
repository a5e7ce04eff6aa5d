/* SPDX-License-Identifier: MIT */
/* Which memory an instruction touches, for watching reads. */
#pragma once

#include <stdbool.h>

#include "common/regs.h"
#include "common/types.h"

struct dbt_access {
	taddr_t addr;
	uint64_t bytes;
	bool reads, writes;
};

/*
 * The memory that the instruction in code (len bytes, at regs->rip) reads and
 * writes when it is executed with regs. At most max accesses; returns how many,
 * 0 for what is no instruction. A gather or scatter counts as one access of no
 * bytes at its base.
 *
 * Source: Intel SDM volume 2, the instructions' operands as Zydis lists them
 */
size_t dbt_accesses(const uint8_t *code, size_t len, const struct regs *regs,
		    struct dbt_access *ret, size_t max);
