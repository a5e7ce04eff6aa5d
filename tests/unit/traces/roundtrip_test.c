// SPDX-License-Identifier: MIT
/* What is written is read again, however it was cut into frames. */
#include "trace_sample.h"

#include "traces/frame.h"

#define EVENTS 500

static void check_trace(const char *dir, event_t n)
{
	struct trace_reader *r;
	event_t last;

	OK(trace_open(dir, &r));
	assert_int_equal(sample_check(r, n, &last), 0);
	assert_int_equal(last, n);
	assert_int_equal(trace_last_event(r), n);
	assert_null(trace_cut_off(r));
	trace_reader_close(r);
}

static void every_kind_of_event_round_trips(void **state)
{
	char *dir = sample_dir(), *trace = sample_path(dir, "t");

	(void)state;
	sample_write(trace, EVENTS, 0);
	check_trace(trace, EVENTS);
	free(trace);
	sample_remove(dir);
}

static void frames_may_end_after_any_event(void **state)
{
	(void)state;
	for (event_t every = 1; every < 12; every++) {
		char *dir = sample_dir(), *trace = sample_path(dir, "t");

		sample_write(trace, 60, every);
		check_trace(trace, 60);
		free(trace);
		sample_remove(dir);
	}
}

static void seek_finds_every_event_from_everywhere(void **state)
{
	char *dir = sample_dir(), *trace = sample_path(dir, "t");
	struct trace_reader *r;
	struct event e = { 0 };
	uint64_t seed = 7;

	(void)state;
	sample_write(trace, EVENTS, 13);
	OK(trace_open(trace, &r));
	for (int i = 0; i < 2000; i++) {
		event_t n = 1 + sample_random(&seed) % EVENTS;

		OK(trace_seek(r, n));
		for (event_t k = n; k < n + 3 && k <= EVENTS; k++) {
			assert_int_equal(trace_read(r, &e), 1);
			assert_int_equal(e.number, k);
		}
	}
	assert_int_equal(trace_seek(r, 0), -ERANGE);
	assert_int_equal(trace_seek(r, EVENTS + 1), -ERANGE);
	OK(trace_seek(r, EVENTS));
	assert_int_equal(trace_read(r, &e), 1);
	assert_int_equal(e.kind, EVENT_END);
	assert_int_equal(trace_read(r, &e), 0);
	assert_int_equal(trace_read(r, &e), 0);
	event_deinit(&e);
	trace_reader_close(r);
	free(trace);
	sample_remove(dir);
}

static void a_write_of_many_megabytes_is_one_event(void **state)
{
	char *dir = sample_dir(), *trace = sample_path(dir, "t");
	struct trace_writer *w = sample_create(trace);
	struct event e = { .kind = EVENT_SYSCALL, .tid = 1 };
	struct trace_reader *r;
	uint64_t seed = 3;
	uint8_t *to;

	(void)state;
	OK(event_add_write(&e, 0x10000, 80u << 20, &to));
	for (size_t i = 0; i < 80u << 20; i += 8)
		memcpy(to + i, &(uint64_t){ sample_random(&seed) }, 8);
	OK(trace_write(w, &e));
	OK(trace_writer_close(w));
	OK(trace_open(trace, &r));
	{
		struct event got = { 0 };

		assert_int_equal(trace_read(r, &got), 1);
		assert_int_equal(got.data.len, e.data.len);
		assert_memory_equal(got.data.data, e.data.data, e.data.len);
		event_deinit(&got);
	}
	event_deinit(&e);
	trace_reader_close(r);
	free(trace);
	sample_remove(dir);
}

static void a_frame_may_have_only_so_many_tasks(void **state)
{
	char *dir = sample_dir(), *trace = sample_path(dir, "t");
	struct trace_writer *w = sample_create(trace);
	struct event e = { .kind = EVENT_SCHED };
	struct trace_reader *r;

	(void)state;
	for (pid_t tid = 1; tid <= 40000; tid++) {
		e.tid = tid;
		OK(trace_write(w, &e));
	}
	OK(trace_writer_close(w));
	OK(trace_open(trace, &r));
	for (pid_t tid = 1; tid <= 40000; tid++) {
		assert_int_equal(trace_read(r, &e), 1);
		assert_int_equal(e.tid, tid);
	}
	assert_int_equal(trace_read(r, &e), 0);
	event_deinit(&e);
	trace_reader_close(r);
	free(trace);
	sample_remove(dir);
}

/* A source with memory at [1000, 1000 + *ctx). */
static size_t source(void *ctx, taddr_t addr, void *ret, size_t len)
{
	taddr_t end = 1000 + *(size_t *)ctx;
	size_t n = addr >= end ? 0 : end - addr < len ? end - addr : len;

	memset(ret, 0x5a, n);
	return n;
}

static void memory_is_read_from_its_source_as_far_as_that_has_it(void **state)
{
	char *dir = sample_dir(), *trace = sample_path(dir, "t");
	struct trace_writer *w = sample_create(trace);
	struct event e = { .kind = EVENT_SYSCALL, .tid = 1 }, got = { 0 };
	struct trace_reader *r;
	size_t has = 3000;

	(void)state;
	e.source = source;
	e.source_ctx = &has;
	OK(event_add_write_later(&e, 1000, 3000));
	OK(trace_write(w, &e));
	OK(event_add_write_later(&e, 3500, 700));
	OK(event_add_write_later(&e, 9000, 10));
	assert_int_equal(trace_write(w, &e), -EFAULT);
	OK(event_read_source(&e));
	OK(trace_write(w, &e));
	assert_int_equal(e.number, 2);
	OK(trace_writer_close(w));

	OK(trace_open(trace, &r));
	assert_int_equal(trace_read(r, &got), 1);
	assert_int_equal(got.n_writes, 1);
	assert_int_equal(got.data.len, 3000);
	assert_int_equal(trace_read(r, &got), 1);
	assert_int_equal(got.n_writes, 3);
	assert_int_equal(got.writes[1].addr, 3500);
	assert_int_equal(got.writes[1].size, 500);
	assert_int_equal(got.writes[2].size, 0);
	assert_int_equal(got.data.len, 3500);
	for (size_t i = 0; i < got.data.len; i++)
		assert_int_equal(got.data.data[i], 0x5a);
	assert_int_equal(trace_read(r, &got), 0);
	trace_reader_close(r);
	event_deinit(&e);
	event_deinit(&got);
	free(trace);
	sample_remove(dir);
}

static void events_that_contradict_themselves_are_refused(void **state)
{
	char *dir = sample_dir(), *trace = sample_path(dir, "t");
	struct trace_writer *w = sample_create(trace);
	struct event e = { .kind = EVENT_SYSCALL };
	struct trace_reader *r;
	struct event_space *s;
	struct event_mapping *m;
	struct event_task *t;
	uint8_t *to;

	(void)state;
	e.kind = EVENT_KINDS;
	assert_int_equal(trace_write(w, &e), -EINVAL);
	e.kind = EVENT_SIGNAL;
	assert_int_equal(trace_write(w, &e), -EINVAL);
	e.kind = EVENT_SYSCALL;
	OK(event_add_write(&e, 1, 1, &to));
	*to = 1;
	e.writes[0].size = 2;
	assert_int_equal(trace_write(w, &e), -EINVAL);
	e.n_writes = 0;
	OK(event_add_space(&e, &s));
	OK(event_add_mapping(s, &m));
	m->flags = MAPPING_FILE;
	m->file = 1;
	assert_int_equal(trace_write(w, &e), -EINVAL);
	assert_non_null(strstr(fail_text(), "file table"));
	m->flags = 0;
	m->start = 1;
	assert_int_equal(trace_write(w, &e), -EINVAL);
	m->start = 0;
	OK(event_add_task(&e, &t));
	t->space = 1;
	assert_int_equal(trace_write(w, &e), -EINVAL);
	t->space = 0;
	OK(trace_write(w, &e));
	assert_int_equal(e.number, 1);
	e.kind = EVENT_END;
	OK(trace_write(w, &e));
	assert_int_equal(trace_write(w, &e), -EINVAL);
	OK(trace_writer_close(w));
	OK(trace_open(trace, &r));
	assert_int_equal(trace_last_event(r), 2);
	assert_null(trace_cut_off(r));
	event_deinit(&e);
	trace_reader_close(r);
	free(trace);
	sample_remove(dir);
}

static void an_existing_directory_is_not_overwritten(void **state)
{
	char *dir = sample_dir();
	struct trace_header h = { 0 };
	struct trace_writer *w;

	(void)state;
	assert_int_equal(trace_create(dir, &h, NULL, &w), -EEXIST);
	assert_int_equal(access(dir, F_OK), 0);
	sample_remove(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_of_event_round_trips),
		cmocka_unit_test(frames_may_end_after_any_event),
		cmocka_unit_test(seek_finds_every_event_from_everywhere),
		cmocka_unit_test(a_write_of_many_megabytes_is_one_event),
		cmocka_unit_test(a_frame_may_have_only_so_many_tasks),
		cmocka_unit_test(memory_is_read_from_its_source_as_far_as_that_has_it),
		cmocka_unit_test(events_that_contradict_themselves_are_refused),
		cmocka_unit_test(an_existing_directory_is_not_overwritten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
