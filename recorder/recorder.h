/* SPDX-License-Identifier: MIT */
/* Recording one run of a program. Called by cli/record.c. */
#pragma once

#include <stdbool.h>
#include <signal.h>

#include "common/buf.h"
#include "common/types.h"

struct recorder_options {
	const char *program;	     /* path of the executable, already searched in PATH */
	char **argv, **envp;	     /* of the program; NULL-terminated */
	const char *dir;	     /* the trace directory to make */
	ticks_t verify_ticks;	     /* hash all memory so often; 0: never */
	int ignore_signal;	     /* -i: this signal is not delivered; 0: none */
	int continue_through_signal; /* -t: dropped where it would kill; 0: none */
	bool wait_all;		     /* -w: wait for all children, not just the first task */
	bool aslr;		     /* leave address randomisation on */
	/* Told every now and then (about each 100 ms), for a progress line. */
	void (*progress)(void *ctx, event_t events, uint64_t bytes);
	void *progress_ctx;
};

struct recorder_crash {
	int signo; /* 0: no task of the first process died of a signal */
	pid_t tid;
	event_t event;	  /* of the fatal signal */
	struct buf where; /* lines: "#0 function at file:line (module)" */
};

struct recorder_result {
	int status; /* of the first process, as wait(2) gives it */
	event_t events;
	uint64_t trace_bytes;
	struct recorder_crash crash;
};
void recorder_result_deinit(struct recorder_result *r);

/*
 * Records a run to its end. Returns 0 with *ret filled when the program ran
 * (however it ended), or -errno with fail_text() when it could not be started
 * (-ENOENT, -EACCES, -ENOEXEC) or the recording broke off (-EIO, -ENOSPC; the
 * tracee is then killed and the trace is good up to there). SIGINT and the like
 * go to the tracee; no process is left behind.
 */
int recorder_run(const struct recorder_options *options, struct recorder_result *ret) must_check;
