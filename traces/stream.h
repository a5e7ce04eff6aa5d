/* SPDX-License-Identifier: MIT */
/*
 * Reading a stream of frames: an index of all frames, made once from their
 * headers, and unpacking of one frame at a time. Trusts nothing it reads.
 */
#pragma once

#include "traces/frame.h"

/* Where the bytes are: a file, or memory (for fuzzing). */
struct stream_source {
	int fd; /* -1: memory */
	const uint8_t *memory;
	uint64_t bytes;
};

struct stream_frame {
	struct frame_header header;
	uint64_t offset; /* of its header in the stream */
};

struct stream {
	enum frame_stream kind;
	struct stream_source source; /* fd is the caller's */
	const char *trace;	     /* the trace's name, for errors */
	uint64_t seed;
	bool check_hashes;
	uint32_t raw_max; /* larger frames are refused */

	struct stream_frame *frames; /* owned */
	size_t n, cap;
	uint64_t cut_bytes; /* of an incomplete frame at the end of the stream */
	char *damage;	    /* owned; what stands behind the last good frame, or NULL */

	void *unpack; /* ZSTD_DCtx */
	struct buf packed, raw;
	size_t loaded; /* frame in raw, or SIZE_MAX */
};

/* Makes the index of s, of which everything up to raw_max is set. Damage is no
 * error here: s->damage tells of it. -EIO, -ENOMEM */
int stream_index(struct stream *s) must_check;
void stream_deinit(struct stream *s);

/* Unpacks frame i into s->raw. -EIO, -ENOMEM */
int stream_load(struct stream *s, size_t i) must_check;

/* The number of the last record of the stream; 0: it has none. */
uint64_t stream_last(const struct stream *s);

/* The frame that has record n, which must exist. */
size_t stream_find(const struct stream *s, uint64_t n);

/* fail(-EIO, "trace T: stream S: frame I at offset O: why") */
int stream_fail(const struct stream *s, size_t i, const char *why);
