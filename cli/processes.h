/* SPDX-License-Identifier: MIT */
/* The processes of a trace, found by reading its events. */
#pragma once

#include "traces/trace.h"

struct process {
	pid_t pid, ppid;
	bool exited, execed;
	int status;	 /* as wait(2) gives it, when exited */
	event_t first;	 /* the first event of it */
	event_t exec;	 /* of its first exec; 0: none */
	event_t last;	 /* the last one before it is gone */
	char *exe;	 /* owned; of its last exec, or its parent's */
	struct buf argv; /* NUL-separated words of its last exec, or its parent's */
};

/* A process that executed a program. */
struct process_exec {
	pid_t pid;
	event_t event;
	char *exe; /* owned */
};

struct processes {
	struct process *items; /* owned; in the order they appeared */
	size_t n;
	struct process_exec *execs; /* owned; in their order */
	size_t n_execs;
};

/* Reads the trace from its start to its end. -ENOMEM, -EIO */
int processes_read(struct trace_reader *r, struct processes *ret) must_check;
void processes_deinit(struct processes *p);
struct process *processes_find(const struct processes *p, pid_t pid);
