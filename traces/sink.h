/* SPDX-License-Identifier: MIT */
/*
 * The writer's second half: a thread that takes full frames from a queue,
 * packs them and writes them to their streams, away from the tracee's core.
 *
 * After a failed write nothing more is written: the stream is cut back to its
 * last good frame, later frames are dropped, and everybody who comes is told.
 */
#pragma once

#include "traces/frame.h"

/* A frame on its way to the disk. header: all but stored_bytes, raw_bytes and
 * hash is filled in by the writer. */
struct sink_frame {
	struct sink_frame *next;
	struct frame_header header;
	struct buf raw;
};

struct sink;

struct sink_options {
	const char *trace; /* its name, for errors; copied */
	int dirfd;	   /* where the streams are made; the caller's */
	uint64_t seed;
	int level;
	int cpu_avoid;
	size_t max_queue_bytes;
};

/* Makes the streams, which must not exist, and starts the thread. */
int sink_create(const struct sink_options *options, struct sink **ret) must_check;

/* An empty frame to fill. -ENOMEM */
int sink_take_frame(struct sink *s, struct sink_frame **ret) must_check;

/* Hands f over, whatever the result; waits while the queue is full. */
int sink_push(struct sink *s, struct sink_frame *f) must_check;

/* Begins to write what was pushed; the thread is not woken for each frame. */
void sink_start(struct sink *s);

/* Whether sink_push() would not wait. */
bool sink_has_room(struct sink *s, const struct sink_frame *f);

/* Waits until everything pushed is written. */
int sink_wait(struct sink *s) must_check;

/* The first write error, with its text noted; cheap. */
int sink_error(struct sink *s) must_check;

/* Bytes on disk so far. */
uint64_t sink_bytes(const struct sink *s);

/* Writes what is queued, stops the thread and frees s in every case. */
int sink_close(struct sink *s) must_check;
