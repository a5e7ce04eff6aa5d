/* SPDX-License-Identifier: MIT */
/*
 * Packing frames: the header, then one zstd frame. Used by the sink's thread.
 *
 * Compressing may cost only a part of the time that the recording takes, as the
 * processor it runs on is often the other half of the tracee's. A frame that
 * would cost more is stored: as a zstd frame all the same, whose blocks are not
 * compressed. So is every frame while there is so much data that compressing what can
 * be afforded would make the trace hardly smaller. So the trace of a program that
 * computes is small, and a program that only reads is not held up. Worked example,
 * with 24 bytes:
 *
 *	28 b5 2f fd	magic
 *	a0		one segment, four bytes of content size
 *	18 00 00 00	24
 *	c1 00 00	the last block, not compressed, 24 << 3 | 1
 *	...		24 bytes
 */
#pragma once

#include <sys/uio.h>

#include "traces/frame.h"

struct packer {
	struct ZSTD_CCtx_s *zstd;
	struct XXH3_state_s *hash;
	int level;
	uint64_t seed;
	uint64_t began_ns; /* CLOCK_MONOTONIC */
	uint64_t spent_ns; /* CPU time, on compressing */
	uint64_t raw_bytes, compressed_bytes; /* of all frames; of the compressed ones */
	struct buf bytes;  /* of the last frame: all of it, or all but the contents */
	struct iovec *pieces;
	size_t n_pieces, cap_pieces;
};

/* A packed frame: its header, then pieces of what is stored. */
struct packed {
	struct iovec *pieces; /* the packer's; may be changed */
	size_t n;
	size_t bytes; /* of all pieces */
};

/* level: of zstd, for all frames; 0: the default, as far as that can be
 * afforded. seed: of the trace's checksums. -ENOMEM */
int packer_create(int level, uint64_t seed, struct packer **ret) must_check;
void packer_destroy(struct packer *p);

/* Packs raw, which is not empty, and completes h. The pieces point into raw,
 * and are valid until the next call; all calls come from one thread. -ENOMEM */
int pack_frame(struct packer *p, struct frame_header *h, const struct buf *raw,
	       struct packed *ret) must_check;

/* Whether another frame may be compressed, elapsed_ns after the beginning, when
 * compressing compressed_bytes of raw_bytes has cost spent_ns of CPU time so far. */
bool pack_affords(uint64_t elapsed_ns, uint64_t spent_ns, uint64_t raw_bytes,
		  uint64_t compressed_bytes);
