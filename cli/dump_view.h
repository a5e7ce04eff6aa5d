/* SPDX-License-Identifier: MIT */
/*
 * The memory that an event's system call is decoded from: what the event wrote,
 * and the program's memory behind it, which only a replay running alongside
 * has.
 */
#pragma once

#include "replayer/replayer.h"
#include "syscalls/syscalls.h"

struct dump_view {
	struct trace_reader *trace; /* owned; the replay's own */
	struct replayer *replayer;  /* owned; NULL: only what events wrote */
	const struct event *event;  /* the one being shown */
};

/* Opens the trace in dir a second time and starts the replay. When that fails,
 * the view goes without. */
void dump_view_init(struct dump_view *v, const char *dir);
void dump_view_deinit(struct dump_view *v);

/* Moves behind event e, which must come later than the one before. */
void dump_view_move(struct dump_view *v, const struct event *e);

/* For sys_print(); points to v. */
struct sys_mem dump_view_mem(struct dump_view *v);
