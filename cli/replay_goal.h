/* SPDX-License-Identifier: MIT */
/* Where a replay under gdb begins: at an event, a process, or the end. */
#pragma once

#include "replayer/replayer.h"

struct replay_goal {
	/* What the user asked for. */
	uint64_t goto_event;	/* -g; 0: not given */
	const char *on_process; /* -p: a pid or a program's name; NULL: not given */
	const char *on_fork;	/* -f: a pid */
	bool end;		/* -e: the last event before the process is gone */

	/* What that is in a trace; 0: not asked for. A process without an event
	 * means where it executes its program, or with -f where it is forked. */
	pid_t process;
	event_t event;
	bool at_exec; /* -p, of a process that is not there from the start */
};

/* Finds process and event in the trace, whose position is lost. -EINVAL: there
 * is none. */
int replay_goal_resolve(struct replay_goal *goal, struct trace_reader *trace) must_check;

/* Moves r there and sets its focus. */
int replay_goal_reach(const struct replay_goal *goal, struct replayer *r) must_check;
