/* SPDX-License-Identifier: MIT */
/* One instruction as text, for reports. */
#pragma once

#include "common/types.h"

/* Writes the instruction in code (len bytes, which lies at pc) to ret (size
 * bytes, NUL-terminated); "(no instruction)" when it is none. */
void dbt_disassemble(const uint8_t *code, size_t len, taddr_t pc, char *ret, size_t size);
