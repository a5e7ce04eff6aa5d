// SPDX-License-Identifier: MIT
/* The writer when the disk is full, slow or gone, and when it is killed. */
#include "trace_sample.h"

#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "traces/sink.h"

/* An event of about bytes bytes that do not compress. */
static void noise_event(uint64_t *seed, struct event *e, size_t bytes)
{
	uint8_t *to;

	event_clear(e);
	e->kind = EVENT_SYSCALL;
	e->tid = 1;
	OK(event_add_write(e, 0x1000, bytes, &to));
	for (size_t i = 0; i + 8 <= bytes; i += 8)
		memcpy(to + i, &(uint64_t){ sample_random(seed) }, 8);
}

static void limit_file_size(rlim_t bytes)
{
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = bytes;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* Reads the trace at path to its end, which is not the recording's. */
static event_t read_cut_trace(const char *path)
{
	struct trace_reader *r;
	struct event e = { 0 };
	event_t n = 0;
	int s;

	OK(trace_open(path, &r));
	assert_non_null(trace_cut_off(r));
	while ((s = trace_read(r, &e)) == 1)
		n++;
	assert_int_equal(s, 0);
	assert_int_equal(n, trace_last_event(r));
	event_deinit(&e);
	trace_reader_close(r);
	return n;
}

static void a_full_disk_keeps_whole_frames_and_is_reported(void **state)
{
	char *dir = sample_dir(), *trace = sample_path(dir, "t"), *events;
	struct trace_writer *w = sample_create(trace);
	struct event e = { 0 };
	uint64_t seed = 5;
	struct stat st;
	event_t said;
	int r = 0;

	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	limit_file_size(5000000);
	for (int i = 0; i < 200 && !r; i++) {
		noise_event(&seed, &e, 100000);
		r = trace_write(w, &e);
		if (!r && i % 7 == 0)
			r = trace_flush(w);
	}
	assert_int_equal(r, -EFBIG);
	assert_non_null(strstr(fail_text(), "stream events"));
	assert_non_null(strstr(fail_text(), "kept up to event "));
	said = strtoull(strstr(fail_text(), "event ") + strlen("event "), NULL, 10);
	/* It stays so, whatever is called. */
	assert_int_equal(trace_write(w, &e), -EFBIG);
	assert_int_equal(trace_flush(w), -EFBIG);
	limit_file_size(RLIM_INFINITY);
	assert_int_equal(trace_write(w, &e), -EFBIG);
	assert_int_equal(trace_writer_close(w), -EFBIG);

	assert_true(said > 20);
	assert_int_equal(read_cut_trace(trace), said);
	events = sample_path(trace, "events");
	assert_int_equal(stat(events, &st), 0);
	assert_true(st.st_size < 5000000);
	free(events);
	event_deinit(&e);
	free(trace);
	sample_remove(dir);
}

static void a_failing_file_table_stops_the_events_that_need_it(void **state)
{
	char *dir = sample_dir(), *trace = sample_path(dir, "t");
	struct trace_writer *w = sample_create(trace);
	struct event e = { .kind = EVENT_SCHED };
	int fd = memfd_create("f", MFD_CLOEXEC);
	uint32_t id;

	(void)state;
	OK(trace_write(w, &e));
	OK(trace_flush(w));
	OK(trace_add_file(w, fd, "/f", &id));
	OK(trace_write(w, &e));
	signal(SIGXFSZ, SIG_IGN);
	limit_file_size(20);
	assert_int_equal(trace_flush(w), -EFBIG);
	assert_non_null(strstr(fail_text(), "stream files"));
	assert_non_null(strstr(fail_text(), "kept up to event 1,"));
	limit_file_size(RLIM_INFINITY);
	assert_int_equal(trace_writer_close(w), -EFBIG);
	assert_int_equal(read_cut_trace(trace), 1);
	close(fd);
	event_deinit(&e);
	free(trace);
	sample_remove(dir);
}

static void streams_are_made_new_and_nothing_there_is_followed(void **state)
{
	char *dir = sample_dir(), *events = sample_path(dir, "events");
	struct sink_options options = { .trace = "t", .cpu_avoid = -1 };
	struct sink *s;

	(void)state;
	options.dirfd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(symlink("/dev/full", events), 0);
	assert_int_equal(sink_create(&options, &s), -EEXIST);
	close(options.dirfd);
	free(events);
	sample_remove(dir);
}

/* ---- the queue ---- */

static void queue_is_bounded_and_writes_everything(void **state)
{
	char *dir = sample_dir(), *trace = sample_path(dir, "t");
	struct trace_writer_options options = {
		.cpu_avoid = -1,
		.max_queue_bytes = 3u << 20,
	};
	struct trace_header h = { 0 };
	struct trace_writer *w;
	struct event e = { 0 };
	struct rusage before, after;
	uint64_t seed = 9;

	(void)state;
	OK(trace_create(trace, &h, &options, &w));
	getrusage(RUSAGE_SELF, &before);
	for (int i = 0; i < 400; i++) {
		noise_event(&seed, &e, 200000);
		OK(trace_write(w, &e));
	}
	getrusage(RUSAGE_SELF, &after);
	/* 80 MB went through; sanitizers keep some of it. */
	assert_true(after.ru_maxrss - before.ru_maxrss < 48 << 10);
	e.kind = EVENT_END;
	OK(trace_write(w, &e));
	OK(trace_writer_close(w));
	event_deinit(&e);
	{
		struct trace_reader *r;

		OK(trace_open(trace, &r));
		assert_int_equal(trace_last_event(r), 401);
		assert_null(trace_cut_off(r));
		trace_reader_close(r);
	}
	free(trace);
	sample_remove(dir);
}

static void a_frame_larger_than_the_queue_passes(void **state)
{
	char *dir = sample_dir(), *trace = sample_path(dir, "t");
	struct trace_writer_options options = { .cpu_avoid = -1, .max_queue_bytes = 1000 };
	struct trace_header h = { 0 };
	struct trace_writer *w;
	struct event e = { 0 };
	uint64_t seed = 9;

	(void)state;
	OK(trace_create(trace, &h, &options, &w));
	for (int i = 0; i < 5; i++) {
		noise_event(&seed, &e, 2u << 20);
		OK(trace_write(w, &e));
	}
	OK(trace_writer_close(w));
	assert_int_equal(read_cut_trace(trace), 5);
	event_deinit(&e);
	free(trace);
	sample_remove(dir);
}

/* ---- what reaches the disk, and when ---- */

static void flush_makes_all_events_readable(void **state)
{
	char *dir = sample_dir(), *trace = sample_path(dir, "t");
	struct trace_writer *w = sample_create(trace);
	struct event e = { .kind = EVENT_SCHED };

	(void)state;
	for (event_t i = 1; i <= 20; i++) {
		uint64_t bytes = trace_bytes_written(w);

		OK(trace_write(w, &e));
		OK(trace_flush(w));
		assert_true(trace_bytes_written(w) > bytes);
		assert_int_equal(read_cut_trace(trace), i);
	}
	OK(trace_flush(w));
	OK(trace_writer_close(w));
	assert_int_equal(read_cut_trace(trace), 20);
	event_deinit(&e);
	free(trace);
	sample_remove(dir);
}

/* Waits until the trace has n events; the test's time limit is the bound. */
static void wait_for_events(const char *trace, event_t n)
{
	while (read_cut_trace(trace) < n)
		sched_yield();
}

static void events_of_a_second_ago_are_written_without_a_flush(void **state)
{
	char *dir = sample_dir(), *trace = sample_path(dir, "t");
	struct trace_writer *w = sample_create(trace);
	struct event e = { .kind = EVENT_SCHED };

	(void)state;
	e.time_ns = 5000000000u;
	OK(trace_write(w, &e));
	e.time_ns += 999999999u;
	OK(trace_write(w, &e));
	assert_int_equal(trace_bytes_written(w) > 1000, 0);
	e.time_ns += 1;
	OK(trace_write(w, &e));
	wait_for_events(trace, 3);
	OK(trace_write(w, &e));
	OK(trace_flush_start(w));
	wait_for_events(trace, 4);
	OK(trace_writer_close(w));
	event_deinit(&e);
	free(trace);
	sample_remove(dir);
}

/* Tells through shared memory how many events are flushed, and goes on. */
static void write_until_killed(const char *trace, event_t *flushed)
{
	struct trace_writer *w = sample_create(trace);
	struct event e = { 0 };
	uint64_t seed = 11;

	for (event_t i = 1;; i++) {
		noise_event(&seed, &e, 3000);
		if (trace_write(w, &e))
			_exit(1);
		if (i % 100 == 0) {
			if (trace_flush(w))
				_exit(1);
			__atomic_store_n(flushed, i, __ATOMIC_RELEASE);
		}
	}
}

static void a_killed_writer_loses_only_what_was_not_flushed(void **state)
{
	event_t *flushed =
		mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	(void)state;
	for (event_t goal = 100; goal <= 2000; goal += 300) {
		char *dir = sample_dir(), *trace = sample_path(dir, "t");
		event_t sure, kept;
		int status;
		pid_t pid;

		*flushed = 0;
		pid = fork();
		if (!pid)
			write_until_killed(trace, flushed);
		while (__atomic_load_n(flushed, __ATOMIC_ACQUIRE) < goal)
			sched_yield();
		kill(pid, SIGKILL);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFSIGNALED(status));
		sure = *flushed;
		kept = read_cut_trace(trace);
		assert_true(kept >= sure);
		free(trace);
		sample_remove(dir);
	}
	munmap(flushed, 4096);
}

/* ---- the thread ---- */

/* The thread of this process that is not us. */
static pid_t other_thread(void)
{
	DIR *tasks = opendir("/proc/self/task");
	struct dirent *d;
	pid_t tid = 0;

	assert_non_null(tasks);
	while ((d = readdir(tasks)))
		if (atoi(d->d_name) && atoi(d->d_name) != gettid())
			tid = atoi(d->d_name);
	closedir(tasks);
	assert_int_not_equal(tid, 0);
	return tid;
}

static uint64_t blocked_signals(pid_t tid)
{
	char path[64], line[256];
	uint64_t mask = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/self/task/%d/status", tid);
	f = fopen(path, "r");
	assert_non_null(f);
	while (fgets(line, sizeof(line), f))
		if (!strncmp(line, "SigBlk:", 7))
			mask = strtoull(line + 7, NULL, 16);
	fclose(f);
	return mask;
}

static void the_thread_takes_no_signals_and_avoids_the_tracees_core(void **state)
{
	char *dir = sample_dir(), *trace = sample_path(dir, "t");
	struct trace_writer_options options = { 0 };
	struct trace_header h = { 0 };
	struct trace_writer *w;
	cpu_set_t all, one;
	uint64_t mask;
	struct event e = { .kind = EVENT_SCHED };
	int cpu;

	(void)state;
	assert_int_equal(sched_getaffinity(0, sizeof(all), &all), 0);
	for (cpu = 0; !CPU_ISSET(cpu, &all);)
		cpu++;
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	/* As the recorder does before it makes the trace. */
	assert_int_equal(sched_setaffinity(0, sizeof(one), &one), 0);
	options.cpu_avoid = cpu;
	OK(trace_create(trace, &h, &options, &w));
	OK(trace_write(w, &e));
	OK(trace_flush(w));
	assert_int_equal(sched_setaffinity(0, sizeof(all), &all), 0);
	/* All but SIGKILL, SIGSTOP and the two that glibc keeps for itself. */
	mask = blocked_signals(other_thread()) | 1ull << (SIGKILL - 1) | 1ull << (SIGSTOP - 1) |
	       1ull << 31 | 1ull << 32;
	assert_int_equal(mask, UINT64_MAX);
	if (CPU_COUNT(&all) > 1) {
		assert_int_equal(sched_getaffinity(other_thread(), sizeof(one), &one), 0);
		assert_false(CPU_ISSET(cpu, &one));
	}
	OK(trace_writer_close(w));
	event_deinit(&e);
	free(trace);
	sample_remove(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_full_disk_keeps_whole_frames_and_is_reported),
		cmocka_unit_test(a_failing_file_table_stops_the_events_that_need_it),
		cmocka_unit_test(streams_are_made_new_and_nothing_there_is_followed),
		cmocka_unit_test(queue_is_bounded_and_writes_everything),
		cmocka_unit_test(a_frame_larger_than_the_queue_passes),
		cmocka_unit_test(flush_makes_all_events_readable),
		cmocka_unit_test(events_of_a_second_ago_are_written_without_a_flush),
		cmocka_unit_test(a_killed_writer_loses_only_what_was_not_flushed),
		cmocka_unit_test(the_thread_takes_no_signals_and_avoids_the_tracees_core),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
