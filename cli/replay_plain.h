/* SPDX-License-Identifier: MIT */
/* Replaying without a debugger: to the end, showing what the program wrote. */
#pragma once

#include <stdbool.h>

#include "replayer/replayer.h"

/*
 * Runs r to the end of trace. quiet: the program's output is not shown, so a
 * progress line may be. *ret: how the program ended, as wait(2) gives it; 0 when
 * the trace is cut off, which is then told.
 */
int replay_plain(struct replayer *r, const struct trace_reader *trace, bool quiet,
		 int *ret) must_check;

/* As replay_plain(), and prints place and registers before every event from
 * `from` on, on stderr. */
int replay_traced(struct replayer *r, const struct trace_reader *trace, event_t from,
		  int *ret) must_check;
