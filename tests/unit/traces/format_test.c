// SPDX-License-Identifier: MIT
/* The worked example of docs/trace-format.md: a change of the format shows here,
 * and needs another TRACE_VERSION. */
#include "trace_sample.h"

#include "traces/frame.h"
#include "traces/reader.h"
#include "traces/stream.h"

#define UUID "01234567-89ab-cdef-0123-456789abcdef"

/* clang-format off */
static const uint8_t example[] = {
	0x44, 0x6a, 0x46, 0x72, 0x01, 0x00, 0x00, 0x00, 0x48, 0x00, 0x00, 0x00,
	0x3f, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x03, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x40, 0x42, 0x0f, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x28, 0x46, 0x0f, 0x00, 0x00, 0x00, 0x00, 0x00,
	0xd2, 0xe9, 0xff, 0x2b, 0xbb, 0x23, 0xc6, 0x52, 0x62, 0xb6, 0xee, 0x9d,
	0x50, 0x4e, 0x68, 0xb3, 0x28, 0xb5, 0x2f, 0xfd, 0x20, 0x3f, 0xf9, 0x01,
	0x00, 0x03, 0x00, 0xd0, 0x0f, 0x00, 0xd8, 0x04, 0x80, 0x88, 0x26, 0x4b,
	0x4e, 0x84, 0xc0, 0x80, 0x04, 0xc0, 0xff, 0x3f, 0x4e, 0xd0, 0x0f, 0x00,
	0x00, 0x00, 0x03, 0x00, 0xd0, 0x0f, 0xe8, 0x07, 0x04, 0x80, 0x88, 0x06,
	0x9b, 0x10, 0x4d, 0x1c, 0x00, 0x06, 0x00, 0x00, 0x01, 0x80, 0xc0, 0x02,
	0x03, 0x68, 0x69, 0x0a, 0x09, 0x00, 0xd0, 0x0f, 0xe8, 0x07, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00,
};
/* clang-format on */

#define PACKED_BYTES 9 /* of zstd, before the raw bytes */

static void set_event(struct event *e, event_t n)
{
	uint8_t *to;

	event_clear(e);
	e->number = n;
	e->kind = n == 3 ? EVENT_END : EVENT_SYSCALL;
	e->tid = 1000;
	e->ticks = n == 1 ? 300 : 302;
	e->time_ns = 1000000 + (n - 1) * 500;
	e->regs.rip = n == 1 ? 0x401002 : 0x401010;
	e->regs.rsp = 0x7ffe0;
	e->regs.orig_rax = n == 1 ? 39 : 0;
	e->regs.rax = n == 3 ? 3 : (uint64_t)-38;
	if (n < 3) {
		e->nr = n == 1 ? 39 : 0;
		e->result = n == 1 ? 1000 : 3;
	}
	e->regs_after = e->regs;
	if (n < 3)
		e->regs_after.rax = (uint64_t)e->result;
	if (n == 2) {
		OK(event_add_write(e, 0x5000, 3, &to));
		memcpy(to, "hi\n", 3);
	}
}

static void the_example_reads_as_described(void **state)
{
	struct reader_memory m = {
		.events = example,
		.events_bytes = sizeof(example),
		.raw_max = FRAME_RAW_MAX,
		.check_hashes = true,
		.uuid = UUID,
	};
	struct event e = { 0 }, expected = { 0 };
	struct trace_reader *r;

	(void)state;
	OK(reader_open_memory(&m, &r));
	assert_null(trace_cut_off(r));
	for (event_t n = 1; n <= 3; n++) {
		assert_int_equal(trace_read(r, &e), 1);
		set_event(&expected, n);
		assert_null(event_difference(&expected, &e));
	}
	assert_int_equal(trace_read(r, &e), 0);
	trace_reader_close(r);
	event_deinit(&e);
	event_deinit(&expected);
}

/* Not the stored bytes: how zstd packs is its own business. */
static void the_example_is_what_the_writer_encodes(void **state)
{
	char *dir = sample_dir(), *trace = sample_path(dir, "t");
	char *events = sample_path(trace, "events");
	struct trace_writer *w = sample_create(trace);
	struct stream s = { .kind = FRAME_EVENTS,
			    .trace = "t",
			    .check_hashes = true,
			    .raw_max = FRAME_RAW_MAX,
			    .seed = frame_seed(UUID) };
	static uint8_t bytes[4096];
	struct event e = { 0 };
	FILE *f;

	(void)state;
	for (event_t n = 1; n <= 3; n++) {
		set_event(&e, n);
		OK(trace_write(w, &e));
	}
	OK(trace_writer_close(w));
	f = fopen(events, "r");
	assert_non_null(f);
	s.source.fd = -1;
	s.source.memory = bytes;
	s.source.bytes = fread(bytes, 1, sizeof(bytes), f);
	fclose(f);
	OK(stream_index(&s));
	assert_int_equal(s.n, 1);
	OK(stream_load(&s, 0));
	assert_int_equal(s.raw.len, sizeof(example) - FRAME_HEADER_BYTES - PACKED_BYTES);
	assert_memory_equal(s.raw.data, example + FRAME_HEADER_BYTES + PACKED_BYTES, s.raw.len);
	stream_deinit(&s);
	event_deinit(&e);
	free(events);
	free(trace);
	sample_remove(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_example_reads_as_described),
		cmocka_unit_test(the_example_is_what_the_writer_encodes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
