/* SPDX-License-Identifier: MIT */
/*
 * Decoding of what encode.h encodes, from bytes that are not trusted. Errors
 * are -EIO (or -ENOMEM) with decoder.why set to what is wrong; the caller, who
 * knows stream, frame and event, makes the whole sentence of it.
 */
#pragma once

#include "traces/deltas.h"
#include "traces/trace.h"

struct decoder {
	const uint8_t *at, *end;
	struct deltas *deltas;	 /* not needed for files */
	uint32_t n_files;	 /* ids of files that events may name */
	const char *why;	 /* what is wrong */
	const char *member;	 /* ... and in which member; NULL: in none */
	struct delta *task;	 /* of the event being decoded */
	const struct regs *base; /* what its next registers are relative to */
};

/* The next event into e, which must be clear. */
int decode_event(struct decoder *d, struct event *e) must_check;

/* The next record into f, which must be { 0 }; the caller frees f->path, also
 * after an error. */
int decode_file(struct decoder *d, struct trace_file *f) must_check;
