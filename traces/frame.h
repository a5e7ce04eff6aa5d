/* SPDX-License-Identifier: MIT */
/*
 * The header of a frame, 64 bytes, little-endian:
 *
 *	 0  4  magic, "DjFr"
 *	 4  4  stream: 1 events, 2 files
 *	 8  4  stored bytes (zstd) that follow the header
 *	12  4  raw bytes they unpack to
 *	16  8  number of the first record
 *	24  4  number of records, at least 1
 *	28  4  flags
 *	32  8  time_ns of the first record
 *	40  8  time_ns of the last record
 *	48  8  XXH3 of the stored bytes
 *	56  8  XXH3 of the 56 bytes before
 *
 * Both sums are seeded with the XXH3 of the trace's uuid, so a frame of another
 * trace does not pass.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/buf.h"

#define FRAME_HEADER_BYTES 64
#define FRAME_MAGIC	   0x72466a44u
/* More than the largest read(2) or write(2) that Linux makes (2 GiB - 4 KiB). */
#define FRAME_RAW_MAX 0x90000000u
/* A frame is full when it has as many raw bytes. */
#define FRAME_FULL_BYTES (1u << 18)

enum frame_stream { FRAME_EVENTS = 1, FRAME_FILES = 2 };

enum {
	FRAME_END = 1,	    /* its last record is EVENT_END: the stream is complete */
	FRAME_KEYFRAME = 2, /* one of its records is an EVENT_KEYFRAME */
	FRAME_FLAGS = 3,
};

struct frame_header {
	uint32_t stream;
	uint32_t stored_bytes, raw_bytes;
	uint64_t first;
	uint32_t records;
	uint32_t flags;
	uint64_t first_ns, last_ns;
	uint64_t hash;
};

/* "events", "files" */
const char *frame_stream_name(enum frame_stream stream);
/* The name in the trace directory: "events", "file-table". */
const char *frame_stream_file(enum frame_stream stream);

/* The seed that belongs to a trace. */
uint64_t frame_seed(const char *uuid);

uint64_t frame_hash(const void *stored, size_t n, uint64_t seed);

void frame_header_put(const struct frame_header *h, uint64_t seed, uint8_t ret[FRAME_HEADER_BYTES]);

/* NULL, or what is wrong with these bytes as the header of a frame of stream.
 * check_hash false: the header's own sum is not looked at (for fuzzing). */
const char *frame_header_get(const uint8_t bytes[FRAME_HEADER_BYTES], enum frame_stream stream,
			     uint64_t seed, bool check_hash, struct frame_header *ret);
