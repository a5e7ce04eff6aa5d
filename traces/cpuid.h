/* SPDX-License-Identifier: MIT */
/* CPUID and XGETBV as the recording machine answered them. */
#pragma once

#include <stdbool.h>

#include "common/regs.h"
#include "traces/trace.h"

/* Executes CPUID, or XGETBV, on regs by the header's table (RIP stays). False
 * when the table does not know the leaf, or the register. */
bool trace_cpuid_answer(const struct trace_header *h, struct regs *regs);
bool trace_xgetbv_answer(const struct trace_header *h, struct regs *regs);
