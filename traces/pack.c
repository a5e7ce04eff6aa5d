// SPDX-License-Identifier: MIT
#include "traces/pack.h"

#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <xxh_x86dispatch.h>
#include <zstd.h>

#define DEFAULT_LEVEL 1
/* What compressing may cost: a part of the time, and a little at the start, for
 * short recordings. */
#define AFFORDED_PART 50
#define AFFORDED_NS   1000000u
/* Of the data so far, a smaller part than this is not worth compressing. */
#define WORTHWHILE_PART 4

/* A larger buffer than this is not kept for the next frame. */
#define KEPT_BYTES (2u << 20)

#define STORED_DESCRIPTOR    0xa0 /* one segment; its size takes four bytes */
#define STORED_HEADER_BYTES  9
#define BLOCK_HEADER_BYTES   3
#define BLOCK_CONTENTS_BYTES (128u << 10)

static uint64_t now_ns(clockid_t clock)
{
	struct timespec ts = { 0 };

	clock_gettime(clock, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

int packer_create(int level, uint64_t seed, struct packer **ret)
{
	struct packer *p = calloc(1, sizeof(*p));

	if (!p)
		return -ENOMEM;
	p->zstd = ZSTD_createCCtx();
	p->hash = XXH3_createState();
	p->level = level;
	p->seed = seed;
	p->began_ns = now_ns(CLOCK_MONOTONIC);
	if (!p->zstd || !p->hash) {
		packer_destroy(p);
		return -ENOMEM;
	}
	*ret = p;
	return 0;
}

void packer_destroy(struct packer *p)
{
	if (!p)
		return;
	ZSTD_freeCCtx(p->zstd);
	XXH3_freeState(p->hash);
	buf_deinit(&p->bytes);
	free(p->pieces);
	free(p);
}

bool pack_affords(uint64_t elapsed_ns, uint64_t spent_ns, uint64_t raw_bytes,
		  uint64_t compressed_bytes)
{
	uint64_t may_ns = AFFORDED_NS + elapsed_ns / AFFORDED_PART;
	double all_ns = compressed_bytes
				? (double)spent_ns / (double)compressed_bytes * (double)raw_bytes
				: 0;

	return spent_ns < may_ns && all_ns < (double)may_ns * WORTHWHILE_PART;
}

/* Makes room for n pieces and n_bytes bytes, so that neither moves. */
static int reserve(struct packer *p, size_t n, size_t n_bytes)
{
	if (n > p->cap_pieces) {
		void *more = reallocarray(p->pieces, n, sizeof(*p->pieces));

		if (!more)
			return -ENOMEM;
		p->pieces = more;
		p->cap_pieces = n;
	}
	if (p->bytes.cap > KEPT_BYTES)
		buf_deinit(&p->bytes);
	buf_clear(&p->bytes);
	return buf_reserve(&p->bytes, n_bytes);
}

static void add_piece(struct packer *p, const void *data, size_t n)
{
	p->pieces[p->n_pieces++] = (struct iovec){ .iov_base = (void *)data, .iov_len = n };
}

/* Adds n of the reserved bytes as a piece, to be filled in. */
static uint8_t *add_bytes(struct packer *p, size_t n)
{
	uint8_t *to = p->bytes.data + p->bytes.len;

	p->bytes.len += n;
	add_piece(p, to, n);
	return to;
}

static void put_le32(uint8_t *to, uint32_t v)
{
	v = htole32(v);
	memcpy(to, &v, sizeof(v));
}

static void add_block(struct packer *p, const uint8_t *raw, size_t n, bool last)
{
	uint32_t header = htole32((uint32_t)n << 3 | last);

	memcpy(add_bytes(p, BLOCK_HEADER_BYTES), &header, BLOCK_HEADER_BYTES);
	add_piece(p, raw, n);
}

static int store(struct packer *p, const struct buf *raw)
{
	size_t blocks = raw->len / BLOCK_CONTENTS_BYTES + 1;
	int r = reserve(p, 2 + 2 * blocks,
			FRAME_HEADER_BYTES + STORED_HEADER_BYTES + blocks * BLOCK_HEADER_BYTES);
	const uint8_t *from = raw->data, *end = raw->data + raw->len;
	uint8_t *to;

	if (r)
		return r;
	add_bytes(p, FRAME_HEADER_BYTES);
	to = add_bytes(p, STORED_HEADER_BYTES);
	put_le32(to, ZSTD_MAGICNUMBER);
	to[4] = STORED_DESCRIPTOR;
	put_le32(to + 5, (uint32_t)raw->len);
	for (; (size_t)(end - from) > BLOCK_CONTENTS_BYTES; from += BLOCK_CONTENTS_BYTES)
		add_block(p, from, BLOCK_CONTENTS_BYTES, false);
	add_block(p, from, (size_t)(end - from), true);
	return 0;
}

static int compress(struct packer *p, const struct buf *raw)
{
	size_t bound = ZSTD_compressBound(raw->len), n;
	int r = reserve(p, 2, FRAME_HEADER_BYTES + bound);
	uint64_t began_ns;
	uint8_t *to;

	if (r)
		return r;
	add_bytes(p, FRAME_HEADER_BYTES);
	to = p->bytes.data + p->bytes.len;
	began_ns = now_ns(CLOCK_THREAD_CPUTIME_ID);
	n = ZSTD_compressCCtx(p->zstd, to, bound, raw->data, raw->len,
			      p->level ? p->level : DEFAULT_LEVEL);
	p->spent_ns += now_ns(CLOCK_THREAD_CPUTIME_ID) - began_ns;
	p->compressed_bytes += raw->len;
	if (ZSTD_isError(n))
		return -ENOMEM;
	add_bytes(p, n);
	return 0;
}

/* Of what follows the header. */
static void sum_up(struct packer *p, struct frame_header *h)
{
	size_t bytes = 0;

	XXH3_64bits_reset_withSeed(p->hash, p->seed);
	for (size_t i = 1; i < p->n_pieces; i++) {
		XXH3_64bits_update(p->hash, p->pieces[i].iov_base, p->pieces[i].iov_len);
		bytes += p->pieces[i].iov_len;
	}
	h->stored_bytes = (uint32_t)bytes;
	h->hash = XXH3_64bits_digest(p->hash);
}

static bool may_compress(const struct packer *p)
{
	return p->level || pack_affords(now_ns(CLOCK_MONOTONIC) - p->began_ns, p->spent_ns,
					p->raw_bytes, p->compressed_bytes);
}

int pack_frame(struct packer *p, struct frame_header *h, const struct buf *raw, struct packed *ret)
{
	int r;

	p->n_pieces = 0;
	r = may_compress(p) ? compress(p, raw) : store(p, raw);
	if (r)
		return r;
	p->raw_bytes += raw->len;
	h->raw_bytes = (uint32_t)raw->len;
	sum_up(p, h);
	frame_header_put(h, p->seed, p->pieces[0].iov_base);
	*ret = (struct packed){
		.pieces = p->pieces,
		.n = p->n_pieces,
		.bytes = FRAME_HEADER_BYTES + (size_t)h->stored_bytes,
	};
	return 0;
}
