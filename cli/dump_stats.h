/* SPDX-License-Identifier: MIT */
/* Counts of what a trace consists of, for `deja dump -s`. */
#pragma once

#include "traces/trace.h"

#define DUMP_MAX_CALLS 1024

struct dump_stats {
	uint64_t kinds[EVENT_KINDS];
	uint64_t calls[DUMP_MAX_CALLS]; /* by system call number; others at the last */
	uint64_t call_bytes[DUMP_MAX_CALLS];
	uint64_t events, bytes, unmodelled;
};

void dump_stats_add(struct dump_stats *s, const struct event *e);
void dump_stats_print(const struct dump_stats *s);
