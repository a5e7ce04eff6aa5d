/* SPDX-License-Identifier: MIT */
#pragma once

#include "random_code.h"

/* One random instruction that only computes, to run at pc: its length, and its
 * bytes in ret[15]. */
unsigned random_insn(struct random_code *c, uint64_t pc, uint8_t *ret);
