// SPDX-License-Identifier: MIT
#include "traces/frame.h"

#include <endian.h>
#include <string.h>
#include <xxh_x86dispatch.h>

/* The smallest zstd block takes 4 bytes and unpacks to at most 128 KiB. */
#define BLOCK_BYTES	4
#define BLOCK_RAW_BYTES (128u << 10)

#define HASHED_BYTES (FRAME_HEADER_BYTES - 8)

const char *frame_stream_name(enum frame_stream stream)
{
	return stream == FRAME_EVENTS ? "events" : "files";
}

const char *frame_stream_file(enum frame_stream stream)
{
	return stream == FRAME_EVENTS ? "events" : "file-table";
}

uint64_t frame_seed(const char *uuid)
{
	return XXH3_64bits(uuid, strlen(uuid));
}

uint64_t frame_hash(const void *stored, size_t n, uint64_t seed)
{
	return XXH3_64bits_withSeed(stored, n, seed);
}

static uint8_t *put32(uint8_t *p, uint32_t v)
{
	v = htole32(v);
	return (uint8_t *)memcpy(p, &v, sizeof(v)) + sizeof(v);
}

static uint8_t *put64(uint8_t *p, uint64_t v)
{
	v = htole64(v);
	return (uint8_t *)memcpy(p, &v, sizeof(v)) + sizeof(v);
}

static uint32_t get32(const uint8_t **p)
{
	uint32_t v;

	memcpy(&v, *p, sizeof(v));
	*p += sizeof(v);
	return le32toh(v);
}

static uint64_t get64(const uint8_t **p)
{
	uint64_t v;

	memcpy(&v, *p, sizeof(v));
	*p += sizeof(v);
	return le64toh(v);
}

/* The fields behind the magic, in their order. */
#define FRAME_HEADER_FIELDS(F)                                                                     \
	F(32, stream)                                                                              \
	F(32, stored_bytes)                                                                        \
	F(32, raw_bytes)                                                                           \
	F(64, first)                                                                               \
	F(32, records)                                                                             \
	F(32, flags)                                                                               \
	F(64, first_ns)                                                                            \
	F(64, last_ns)                                                                             \
	F(64, hash)

void frame_header_put(const struct frame_header *h, uint64_t seed, uint8_t ret[FRAME_HEADER_BYTES])
{
	uint8_t *p = put32(ret, FRAME_MAGIC);

#define PUT(bits, name) p = put##bits(p, h->name);
	FRAME_HEADER_FIELDS(PUT)
#undef PUT
	put64(p, XXH3_64bits_withSeed(ret, HASHED_BYTES, seed));
}

/* Whether as few stored bytes can unpack to so many. */
static bool plausible(const struct frame_header *h)
{
	uint64_t blocks = h->stored_bytes / BLOCK_BYTES + 1;

	return h->raw_bytes <= blocks * BLOCK_RAW_BYTES;
}

static const char *check(const struct frame_header *h, enum frame_stream stream)
{
	if (h->stream != stream)
		return "it belongs to another stream";
	if (!h->stored_bytes || !h->raw_bytes || h->raw_bytes > FRAME_RAW_MAX || !plausible(h))
		return "impossible lengths";
	if (!h->records || h->records > h->raw_bytes)
		return "impossible number of records";
	if (!h->first || h->first > UINT64_MAX - h->records)
		return "impossible number of its first record";
	if (h->flags & ~(uint32_t)FRAME_FLAGS)
		return "unknown flags";
	return NULL;
}

const char *frame_header_get(const uint8_t bytes[FRAME_HEADER_BYTES], enum frame_stream stream,
			     uint64_t seed, bool check_hash, struct frame_header *ret)
{
	const uint8_t *p = bytes;
	struct frame_header h;
	const char *why;

	if (get32(&p) != FRAME_MAGIC)
		return "no frame begins here";
#define GET(bits, name) h.name = get##bits(&p);
	FRAME_HEADER_FIELDS(GET)
#undef GET
	if (check_hash && get64(&p) != XXH3_64bits_withSeed(bytes, HASHED_BYTES, seed))
		return "checksum of its header";
	why = check(&h, stream);
	if (!why)
		*ret = h;
	return why;
}
