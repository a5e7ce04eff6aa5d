// SPDX-License-Identifier: MIT
/*
 * Reads whatever comes as a stream of a trace. Checksums are not verified, and
 * the first byte says how the rest is taken, so that a fuzzer gets at every
 * layer:
 *
 *	0  the stream events, as it is
 *	1  the stream files, as it is
 *	2  records of events, wrapped in frames here
 *	3  records of files, wrapped in frames here
 *
 * To be wrapped, the rest is cut into pieces: number of records (1 byte), flags
 * (1), length (2, little-endian), then the raw bytes.
 */
#include <stdlib.h>
#include <string.h>

#include "traces/decode.h"
#include "traces/encode.h"
#include "traces/frame.h"
#include "traces/reader.h"

#define RAW_MAX (1u << 20)
#define UUID	"00000000-0000-4000-8000-000000000000"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
	if (!holds)
		abort();
}

/* A zstd frame with one raw block: magic, descriptor (single segment, content
 * size in 4 bytes), content size, block header (last, raw). RFC 8878 */
static void put_unpacked(struct buf *out, const uint8_t *raw, uint32_t n)
{
	static const uint8_t magic[] = { 0x28, 0xb5, 0x2f, 0xfd, 0xa0 };
	uint32_t block = n << 3 | 1;

	check(!buf_append(out, magic, sizeof(magic)));
	check(!buf_append(out, &n, 4));
	check(!buf_append(out, &block, 3));
	if (n)
		check(!buf_append(out, raw, n));
}

static void put_frame(struct buf *out, struct frame_header *h, const uint8_t *raw, uint32_t n)
{
	struct buf packed = { 0 };
	uint8_t *to;

	put_unpacked(&packed, raw, n);
	h->raw_bytes = n;
	h->stored_bytes = (uint32_t)packed.len;
	check(!buf_extend(out, FRAME_HEADER_BYTES, &to));
	frame_header_put(h, 0, to);
	check(!buf_append(out, packed.data, packed.len));
	buf_deinit(&packed);
}

static void wrap(enum frame_stream stream, const uint8_t *p, size_t n, struct buf *out)
{
	struct frame_header h = { .stream = stream, .first = 1 };

	while (n > 4) {
		uint32_t length = p[2] | (uint32_t)p[3] << 8;

		h.records = p[0];
		h.flags = p[1] & FRAME_FLAGS;
		p += 4;
		n -= 4;
		if (length > n)
			length = (uint32_t)n;
		put_frame(out, &h, p, length);
		h.first += h.records;
		p += length;
		n -= length;
	}
}

/* Three files, which events may name. */
static void put_files(struct buf *out)
{
	struct frame_header h = { .stream = FRAME_FILES, .first = 1, .records = 3 };
	struct trace_file f = { .how = TRACE_FILE_COPY, .path = (char *)"f" };
	struct buf raw = { 0 };

	for (uint32_t i = 0; i < h.records; i++)
		check(!encode_file(&raw, &f));
	put_frame(out, &h, raw.data, (uint32_t)raw.len);
	buf_deinit(&raw);
}

/* What the decoder accepts, the encoder accepts, and it comes back the same. */
static void check_encoding(const struct event *e)
{
	struct buf once = { 0 }, twice = { 0 };
	struct deltas deltas = { 0 };
	struct decoder d = { .deltas = &deltas, .n_files = 3 };
	struct event again = { 0 };

	deltas_reset(&deltas, 0);
	check(!encode_event(&once, &deltas, 3, e));
	d.at = once.data;
	d.end = once.data + once.len;
	deltas_reset(&deltas, 0);
	check(!decode_event(&d, &again) && d.at == d.end);
	deltas_reset(&deltas, 0);
	check(!encode_event(&twice, &deltas, 3, &again));
	check(once.len == twice.len && !memcmp(once.data, twice.data, once.len));
	event_deinit(&again);
	deltas_deinit(&deltas);
	buf_deinit(&once);
	buf_deinit(&twice);
}

static void read_all(struct trace_reader *r)
{
	event_t last = trace_last_event(r), n = 0;
	struct event e = { 0 };
	int fd;

	(void)trace_cut_off(r);
	for (uint32_t id = 1; id <= trace_file_count(r); id++)
		check(trace_file_name(r, id) && trace_open_file(r, id, &fd) < 0);
	while (trace_read(r, &e) == 1) {
		check(e.number == ++n);
		if (n < 100)
			check_encoding(&e);
	}
	check(n <= last);
	for (event_t i = last; i; i /= 2)
		if (!trace_seek(r, i) && trace_read(r, &e) == 1)
			check(e.number == i);
	event_deinit(&e);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf stream = { 0 }, files = { 0 };
	struct trace_reader *r;
	struct reader_memory m = { .raw_max = RAW_MAX, .uuid = UUID };
	unsigned int mode;

	if (size < 2)
		return 0;
	mode = *data++ & 3;
	size--;
	if (mode & 2)
		wrap(mode & 1 ? FRAME_FILES : FRAME_EVENTS, data, size, &stream);
	else
		check(!buf_append(&stream, data, size));
	if (!(mode & 1))
		put_files(&files);
	m.events = mode & 1 ? NULL : stream.data;
	m.events_bytes = mode & 1 ? 0 : stream.len;
	m.files = mode & 1 ? stream.data : files.data;
	m.files_bytes = mode & 1 ? stream.len : files.len;
	if (!reader_open_memory(&m, &r)) {
		read_all(r);
		trace_reader_close(r);
	}
	buf_deinit(&stream);
	buf_deinit(&files);
	return 0;
}
