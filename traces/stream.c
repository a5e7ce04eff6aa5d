// SPDX-License-Identifier: MIT
#include "traces/stream.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zstd.h>

/* Buffers that grew beyond this for one frame are not kept for the others. */
#define KEPT_BYTES (8u << 20)

static int source_read(const struct stream_source *s, uint64_t offset, void *ret, size_t n)
{
	uint8_t *to = ret;

	if (offset > s->bytes || n > s->bytes - offset)
		return -ENODATA;
	if (s->fd < 0) {
		memcpy(to, s->memory + offset, n);
		return 0;
	}
	while (n) {
		ssize_t r = pread(s->fd, to, n, (off_t)offset);

		if (r < 0 && errno == EINTR)
			continue;
		if (r <= 0)
			return r ? -errno : -ENODATA;
		to += r;
		offset += (uint64_t)r;
		n -= (size_t)r;
	}
	return 0;
}

int stream_fail(const struct stream *s, size_t i, const char *why)
{
	return fail(-EIO, "trace %s: stream %s: frame %zu at offset %" PRIu64 ": %s", s->trace,
		    frame_stream_name(s->kind), i, i < s->n ? s->frames[i].offset : s->source.bytes,
		    why);
}

static int read_error(const struct stream *s, uint64_t offset, int r)
{
	return fail_errno(r, "trace %s: stream %s: reading at offset %" PRIu64, s->trace,
			  frame_stream_name(s->kind), offset);
}

static int add_frame(struct stream *s, const struct stream_frame *f)
{
	if (s->n == s->cap) {
		size_t cap = s->cap ? s->cap * 2 : 16;
		void *p = reallocarray(s->frames, cap, sizeof(*s->frames));

		if (!p)
			return -ENOMEM;
		s->frames = p;
		s->cap = cap;
	}
	s->frames[s->n++] = *f;
	return 0;
}

/* Notes that the stream is damaged at offset, where frame s->n should be. */
static int note_damage(struct stream *s, uint64_t offset, const char *why)
{
	if (asprintf(&s->damage, "trace %s: stream %s: frame %zu at offset %" PRIu64 ": %s",
		     s->trace, frame_stream_name(s->kind), s->n, offset, why) >= 0)
		return 0;
	s->damage = NULL;
	return -ENOMEM;
}

/*
 * Whether the stream is all zeros from offset on. After a power failure a file
 * can be longer than what reached the disk, and the rest reads as zeros.
 */
static int all_zero(const struct stream *s, uint64_t offset, bool *ret)
{
	uint8_t chunk[4096];

	while (offset < s->source.bytes) {
		uint64_t n = s->source.bytes - offset;
		int r;

		if (n > sizeof(chunk))
			n = sizeof(chunk);
		r = source_read(&s->source, offset, chunk, n);
		if (r)
			return read_error(s, offset, r);
		if (chunk[0] || memcmp(chunk, chunk + 1, n - 1) != 0) {
			*ret = false;
			return 0;
		}
		offset += n;
	}
	*ret = true;
	return 0;
}

static const char *check_order(const struct stream *s, const struct frame_header *h)
{
	const struct stream_frame *last = s->n ? &s->frames[s->n - 1] : NULL;

	if (last && (last->header.flags & FRAME_END))
		return "it comes after the end of the recording";
	if (h->first != stream_last(s) + 1)
		return "its first record does not follow on the frame before";
	if (h->raw_bytes > s->raw_max)
		return "it is too large";
	return NULL;
}

/* What is at offset is no frame: the stream ends there, or is damaged. */
static int end_at(struct stream *s, uint64_t offset, const char *why)
{
	bool zero = false;
	int r = all_zero(s, offset, &zero);

	if (r)
		return r;
	if (!zero)
		return note_damage(s, offset, why);
	s->cut_bytes = s->source.bytes - offset;
	return 0;
}

/* Adds the frame at *offset and moves *offset behind it, or to the end of the
 * stream when no good and complete frame is there. */
static int index_frame(struct stream *s, uint64_t *offset)
{
	struct stream_frame f = { .offset = *offset };
	uint64_t rest = s->source.bytes - *offset;
	uint8_t bytes[FRAME_HEADER_BYTES];
	const char *why;
	int r;

	*offset = s->source.bytes;
	if (rest < sizeof(bytes)) {
		s->cut_bytes = rest;
		return 0;
	}
	r = source_read(&s->source, f.offset, bytes, sizeof(bytes));
	if (r)
		return read_error(s, f.offset, r);
	why = frame_header_get(bytes, s->kind, s->seed, s->check_hashes, &f.header);
	if (!why)
		why = check_order(s, &f.header);
	if (why)
		return end_at(s, f.offset, why);
	if (f.header.stored_bytes > rest - sizeof(bytes)) {
		s->cut_bytes = rest;
		return 0;
	}
	*offset = f.offset + sizeof(bytes) + f.header.stored_bytes;
	return add_frame(s, &f);
}

int stream_index(struct stream *s)
{
	uint64_t offset = 0;
	int r = 0;

	s->loaded = SIZE_MAX;
	while (!r && offset < s->source.bytes)
		r = index_frame(s, &offset);
	return r;
}

void stream_deinit(struct stream *s)
{
	free(s->frames);
	free(s->damage);
	buf_deinit(&s->packed);
	buf_deinit(&s->raw);
	ZSTD_freeDCtx(s->unpack);
	*s = (struct stream){ 0 };
}

/* Empties b and makes room for n bytes. */
static int reuse(struct buf *b, size_t n)
{
	if (b->cap > KEPT_BYTES)
		buf_deinit(b);
	buf_clear(b);
	return buf_reserve(b, n);
}

static int unpack(struct stream *s, size_t i)
{
	const struct frame_header *h = &s->frames[i].header;
	size_t n;

	if (s->check_hashes && frame_hash(s->packed.data, s->packed.len, s->seed) != h->hash)
		return stream_fail(s, i, "checksum of its contents");
	if (ZSTD_getFrameContentSize(s->packed.data, s->packed.len) != h->raw_bytes)
		return stream_fail(s, i, "its contents have another length than its header says");
	n = ZSTD_decompressDCtx(s->unpack, s->raw.data, h->raw_bytes, s->packed.data,
				s->packed.len);
	if (ZSTD_isError(n))
		return stream_fail(s, i, ZSTD_getErrorName(n));
	if (n != h->raw_bytes)
		return stream_fail(s, i, "its contents are too short");
	s->raw.len = n;
	return 0;
}

int stream_load(struct stream *s, size_t i)
{
	const struct frame_header *h = &s->frames[i].header;
	uint64_t offset = s->frames[i].offset + FRAME_HEADER_BYTES;
	int r;

	if (s->loaded == i)
		return 0;
	s->loaded = SIZE_MAX;
	if (!s->unpack)
		s->unpack = ZSTD_createDCtx();
	if (!s->unpack)
		return -ENOMEM;
	r = reuse(&s->packed, h->stored_bytes);
	if (!r)
		r = reuse(&s->raw, h->raw_bytes);
	if (r)
		return r;
	r = source_read(&s->source, offset, s->packed.data, h->stored_bytes);
	if (r)
		return read_error(s, offset, r);
	s->packed.len = h->stored_bytes;
	r = unpack(s, i);
	if (!r)
		s->loaded = i;
	return r;
}

uint64_t stream_last(const struct stream *s)
{
	const struct stream_frame *f = s->n ? &s->frames[s->n - 1] : NULL;

	return f ? f->header.first + f->header.records - 1 : 0;
}

size_t stream_find(const struct stream *s, uint64_t n)
{
	size_t low = 0, high = s->n;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (s->frames[middle].header.first <= n)
			low = middle;
		else
			high = middle;
	}
	return low;
}
