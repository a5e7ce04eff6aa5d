// SPDX-License-Identifier: MIT
/*
 * A small trace is cut at every byte and has every byte changed. What opens
 * gives the events that were written, or an error that says where; never other
 * events.
 */
#include "trace_sample.h"

#include <fcntl.h>
#include <sys/stat.h>

#define EVENTS 12

static char *dir, *trace;

struct part {
	char *path;
	uint8_t *bytes;
	size_t n;
};

static struct part load(const char *name)
{
	struct part p = { .path = sample_path(trace, name) };
	FILE *f = fopen(p.path, "r");
	struct stat st;

	assert_non_null(f);
	assert_int_equal(fstat(fileno(f), &st), 0);
	p.n = (size_t)st.st_size;
	p.bytes = malloc(p.n + 1);
	assert_int_equal(fread(p.bytes, 1, p.n, f), p.n);
	fclose(f);
	return p;
}

static void store(const struct part *p, size_t n)
{
	FILE *f = fopen(p->path, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(p->bytes, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
}

static void part_free(struct part *p)
{
	store(p, p->n);
	free(p->path);
	free(p->bytes);
}

static int set_up(void **state)
{
	(void)state;
	dir = sample_dir();
	trace = sample_path(dir, "t");
	sample_write(trace, EVENTS, 4);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	free(trace);
	sample_remove(dir);
	return 0;
}

static void a_trace_cut_anywhere_replays_to_its_last_complete_frame(void **state)
{
	struct part p = load("events");
	event_t before = 0;

	(void)state;
	for (size_t n = 0; n < p.n; n++) {
		struct trace_reader *r;
		event_t last;

		store(&p, n);
		OK(trace_open(trace, &r));
		assert_int_equal(sample_check(r, EVENTS, &last), 0);
		assert_int_equal(last, trace_last_event(r));
		assert_int_equal(last % 4, 0);
		assert_true(last == before || last == before + 4);
		before = last;
		assert_non_null(trace_cut_off(r));
		if (last)
			assert_non_null(strstr(trace_cut_off(r),
					       last == 4 ? "event 4, 0." : "event 8, 0."));
		trace_reader_close(r);
	}
	assert_int_equal(before, EVENTS - 4);
	part_free(&p);
}

/* One byte was changed: opens and replays as it was written, or says what is
 * wrong where. */
static void check_changed(const char *name, size_t at)
{
	struct trace_reader *r;
	event_t last = 0;
	int s;

	fail_clear();
	s = trace_open(trace, &r);
	if (!s) {
		s = sample_check(r, EVENTS, &last);
		if (!s && (last != EVENTS || trace_cut_off(r)))
			fail_msg("%s byte %zu: silently cut off", name, at);
		trace_reader_close(r);
	}
	if (!s)
		return;
	if (!strstr(fail_text(), trace) ||
	    (!strcmp(name, "events") && (!strstr(fail_text(), "stream events: frame ") ||
					 !strstr(fail_text(), " at offset "))))
		fail_msg("%s byte %zu: \"%s\"", name, at, fail_text());
}

static void change_each_byte(const char *name, size_t *changed)
{
	static const uint8_t masks[] = { 0x01, 0x80 };
	struct part p = load(name);

	for (size_t i = 0; i < p.n; i++)
		for (size_t m = 0; m < ARRAY_SIZE(masks); m++) {
			p.bytes[i] ^= masks[m];
			store(&p, p.n);
			check_changed(name, i);
			p.bytes[i] ^= masks[m];
		}
	*changed = p.n;
	part_free(&p);
}

static void a_changed_byte_is_never_another_event(void **state)
{
	size_t n;

	(void)state;
	change_each_byte("events", &n);
	assert_true(n > 1000);
}

static void a_changed_byte_in_the_header_is_noticed(void **state)
{
	size_t n;

	(void)state;
	change_each_byte("header.json", &n);
	assert_true(n > 100);
}

static void zeros_at_the_end_are_a_cut_and_not_damage(void **state)
{
	struct part p = load("events");
	struct trace_reader *r;
	event_t last;

	(void)state;
	assert_int_equal(truncate(p.path, (off_t)p.n - 1), 0);
	assert_int_equal(truncate(p.path, (off_t)p.n + 100000), 0);
	/* The last frame is there as a whole, but for its last byte. */
	OK(trace_open(trace, &r));
	assert_int_equal(sample_check(r, EVENTS, &last), -EIO);
	assert_int_equal(last, EVENTS - 4);
	trace_reader_close(r);
	store(&p, p.n);
	assert_int_equal(truncate(p.path, (off_t)p.n + 100000), 0);
	OK(trace_open(trace, &r));
	assert_int_equal(sample_check(r, EVENTS, &last), 0);
	assert_int_equal(last, EVENTS);
	assert_non_null(strstr(trace_cut_off(r), "100000 bytes of an incomplete frame"));
	trace_reader_close(r);
	part_free(&p);
}

static void a_frame_taken_out_of_the_middle_is_noticed(void **state)
{
	struct part p = load("events");
	uint32_t stored;
	struct trace_reader *r;
	event_t last;
	size_t first;

	(void)state;
	memcpy(&stored, p.bytes + 8, 4);
	first = 64 + stored;
	memcpy(&stored, p.bytes + first + 8, 4);
	memmove(p.bytes + first, p.bytes + first + 64 + stored, p.n - first - 64 - stored);
	store(&p, p.n - 64 - stored);
	OK(trace_open(trace, &r));
	assert_int_equal(sample_check(r, EVENTS, &last), -EIO);
	assert_int_equal(last, 4);
	assert_non_null(strstr(fail_text(), "frame 1"));
	assert_non_null(strstr(trace_cut_off(r), "does not follow"));
	/* Asked again, it says the same, and what was good stays good. */
	assert_int_equal(sample_check(r, EVENTS, &last), -EIO);
	OK(trace_seek(r, 1));
	assert_int_equal(sample_check(r, EVENTS, &last), -EIO);
	assert_int_equal(last, 4);
	trace_reader_close(r);
	free(p.path);
	free(p.bytes);
}

static void frames_of_another_trace_are_refused(void **state)
{
	struct trace_header h = { 0 };
	struct event e = { .kind = EVENT_SCHED };
	char *other = sample_path(dir, "other"), *to;
	struct trace_writer *w;
	struct trace_reader *r;
	struct part p;

	(void)state;
	OK(trace_create(other, &h, NULL, &w));
	OK(trace_write(w, &e));
	OK(trace_writer_close(w));
	p = load("events");
	to = p.path;
	p.path = sample_path(other, "events");
	store(&p, p.n);
	assert_int_equal(trace_open(other, &r), -EIO);
	assert_non_null(strstr(fail_text(), "checksum"));
	free(p.path);
	p.path = to;
	part_free(&p);
	free(other);
	event_deinit(&e);
}

static void expect_refused(const char *with, int error, const char *text)
{
	struct trace_reader *r;
	int s = trace_open(with, &r);

	if (s != error || !strstr(fail_text(), text))
		fail_msg("%d: %s", s, fail_text());
}

static void what_is_no_trace_is_refused_by_name(void **state)
{
	struct part p = load("header.json");
	char *version, *link = sample_path(trace, "events"), *events;

	(void)state;
	expect_refused("/nonexistent", -ENOENT, "/nonexistent");
	expect_refused("/etc/passwd", -ENOTDIR, "/etc/passwd");
	expect_refused(dir, -ENOENT, "is not a trace");
	p.bytes[p.n] = '\0';
	version = strstr((char *)p.bytes, "\"version\": 1");
	assert_non_null(version);
	version[11] = '7';
	store(&p, p.n);
	expect_refused(trace, -EPROTONOSUPPORT, "version 7");
	version[11] = '1';
	store(&p, p.n / 2);
	expect_refused(trace, -EIO, "header.json: line");
	store(&p, p.n);
	events = sample_path(dir, "elsewhere");
	assert_int_equal(rename(link, events), 0);
	assert_int_equal(symlink(events, link), 0);
	expect_refused(trace, -ELOOP, "events");
	assert_int_equal(unlink(link), 0);
	assert_int_equal(mkfifo(link, 0600), 0);
	expect_refused(trace, -EIO, "not a regular file");
	free(link);
	free(events);
	part_free(&p);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_trace_cut_anywhere_replays_to_its_last_complete_frame),
		TEST(a_changed_byte_is_never_another_event),
		TEST(a_changed_byte_in_the_header_is_noticed),
		TEST(zeros_at_the_end_are_a_cut_and_not_damage),
		TEST(a_frame_taken_out_of_the_middle_is_noticed),
		TEST(frames_of_another_trace_are_refused),
		TEST(what_is_no_trace_is_refused_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
