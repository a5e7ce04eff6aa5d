/* SPDX-License-Identifier: MIT */
/*
 * The files of the recorded machine, by the paths that gdb knows: as stored in
 * the trace, since those of this machine may have changed or be gone. What the
 * trace does not hold (separate debug information) comes from this machine.
 */
#pragma once

#include "common/buf.h"
#include "replayer/replayer.h"

/* Opens path for reading as the process pid sees it now: *ret is a descriptor
 * the caller closes. /proc/PID/maps is the recorded one. -ENOENT ... */
int replay_file_open(struct replayer *r, struct trace_reader *trace, pid_t pid,
		     const char *path, int *ret) must_check;

/* Appends where a symbolic link leads. */
int replay_file_link(struct replayer *r, pid_t pid, const char *path,
		     struct buf *ret) must_check;

/* Whether every program and library in the trace is on this machine as it was,
 * so that gdb can read them by itself. */
bool replay_files_unchanged(struct trace_reader *trace);
