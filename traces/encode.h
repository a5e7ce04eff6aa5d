/* SPDX-License-Identifier: MIT */
/*
 * Encoding of events and of file table records into the raw bytes of a frame.
 * Called by the writer on the tracee's core for every event, so it allocates
 * nothing but the frame itself.
 */
#pragma once

#include "traces/deltas.h"
#include "traces/trace.h"

/* Appends e to out and notes it in deltas. On failure out and deltas are as
 * before. n_files: ids of files that e may name. -ENOMEM, -E2BIG (too many
 * tasks for one frame), -EINVAL with text (e contradicts itself) */
int encode_event(struct buf *out, struct deltas *deltas, uint32_t n_files,
		 const struct event *e) must_check;

int encode_file(struct buf *out, const struct trace_file *f) must_check;
