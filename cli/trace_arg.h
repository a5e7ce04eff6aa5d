/* SPDX-License-Identifier: MIT */
/* The trace that a command was told to use. */
#pragma once

#include "traces/trace.h"

struct opened_trace {
	char *dir; /* owned */
	struct trace_reader *reader;
};

/* Opens what the user named (NULL: the latest). -ENOENT, -EIO ... */
int opened_trace_init(struct opened_trace *t, const char *name) must_check;
void opened_trace_deinit(struct opened_trace *t);

/* One line on stderr when the trace is not complete. */
void warn_cut_off(const struct trace_reader *r);
