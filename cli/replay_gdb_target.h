/* SPDX-License-Identifier: MIT */
/* The replayer as gdbserver/ wants to see it: one process of a replay. */
#pragma once

#include <pthread.h>
#include <signal.h>

#include "gdbserver/target.h"
#include "replayer/replayer.h"

struct replay_target {
	struct replayer *replayer;
	struct trace_reader *trace;
	pid_t process;	  /* the one shown */
	bool at_exec;	  /* it begins where it executes a program, not at its fork */
	bool gone;
	pthread_t runner; /* the thread that resumes */
	struct sigaction before;
};

/* Of what r is focused on, for calls from this thread. replayer and trace must
 * outlive it. */
void replay_target_init(struct replay_target *t, struct replayer *r,
			struct trace_reader *trace, bool at_exec);
void replay_target_deinit(struct replay_target *t);

/* ctx is a struct replay_target. */
extern const struct gdb_target_ops replay_target_ops;
