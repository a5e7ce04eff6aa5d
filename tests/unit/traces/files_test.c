// SPDX-License-Identifier: MIT
/* Files that are stored in a trace, and what is given back of them. */
#include "trace_sample.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

static char *dir, *trace, *source;
static struct trace_writer *writer;

static int set_up(void **state)
{
	(void)state;
	dir = sample_dir();
	trace = sample_path(dir, "t");
	source = sample_path(dir, "source");
	writer = sample_create(trace);
	return 0;
}

/* Where system programs may lie on the same file system. */
static int set_up_on_disk(void **state)
{
	(void)state;
	dir = sample_dir_in("/var/tmp");
	trace = sample_path(dir, "t");
	source = sample_path(dir, "source");
	writer = sample_create(trace);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	free(trace);
	free(source);
	sample_remove(dir);
	return 0;
}

/* A file with these contents, open for reading at its end. */
static int make_source(const void *data, size_t n)
{
	int fd = open(source, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, data, n), n);
	return fd;
}

/* Ends the recording and opens it. */
static struct trace_reader *reopen(void)
{
	struct event e = { .kind = EVENT_END };
	struct trace_reader *r;

	OK(trace_write(writer, &e));
	OK(trace_writer_close(writer));
	event_deinit(&e);
	OK(trace_open(trace, &r));
	return r;
}

static void expect_contents(struct trace_reader *r, uint32_t id, const void *data, size_t n)
{
	uint8_t *got = malloc(n + 1);
	int fd;

	OK(trace_open_file(r, id, &fd));
	assert_int_equal(read(fd, got, n + 1), n);
	assert_memory_equal(got, data, n);
	close(fd);
	free(got);
}

static void stored_files_come_back_by_id_and_name(void **state)
{
	uint32_t one, two, empty;
	struct trace_reader *r;
	int fd = make_source("hello", 5), none = memfd_create("x", MFD_CLOEXEC);
	int second = memfd_create("y", MFD_CLOEXEC);

	(void)state;
	assert_int_equal(write(second, "world!", 6), 6);
	OK(trace_add_file(writer, fd, "/a/b \xff", &one));
	OK(trace_add_file(writer, none, "/empty", &empty));
	OK(trace_add_file(writer, second, "/c", &two));
	/* The caller's offset is where it was. */
	assert_int_equal(lseek(fd, 0, SEEK_CUR), 5);
	r = reopen();
	expect_contents(r, one, "hello", 5);
	expect_contents(r, two, "world!", 6);
	expect_contents(r, empty, "", 0);
	assert_string_equal(trace_file_name(r, one), "/a/b \xff");
	assert_string_equal(trace_file_name(r, two), "/c");
	assert_int_equal(trace_file_count(r), 3);
	assert_int_equal(trace_file_info(r, one)->bytes, 5);
	assert_null(trace_file_name(r, 0));
	assert_null(trace_file_name(r, 4));
	assert_int_equal(trace_open_file(r, 4, &(int){ 0 }), -ENOENT);
	assert_int_equal(trace_open_file(r, 0, &(int){ 0 }), -ENOENT);
	trace_reader_close(r);
	close(fd);
	close(none);
	close(second);
}

static void a_file_is_stored_once_until_it_changes(void **state)
{
	int fd = make_source("one", 3), again = open(source, O_RDONLY | O_CLOEXEC);
	struct timespec times[2] = { { .tv_sec = 1 }, { .tv_sec = 1 } };
	struct trace_reader *r;
	uint32_t a, b, c;

	(void)state;
	OK(trace_add_file(writer, fd, "/one", &a));
	OK(trace_add_file(writer, again, "/other", &b));
	assert_int_equal(a, b);
	assert_int_equal(pwrite(fd, "two", 3, 0), 3);
	assert_int_equal(futimens(fd, times), 0);
	OK(trace_add_file(writer, fd, "/two", &c));
	assert_int_not_equal(a, c);
	r = reopen();
	expect_contents(r, a, "one", 3);
	expect_contents(r, c, "two", 3);
	trace_reader_close(r);
	close(fd);
	close(again);
}

static void many_files_keep_their_ids(void **state)
{
	struct trace_reader *r;
	uint32_t id;

	(void)state;
	for (uint32_t i = 1; i <= 300; i++) {
		int fd = memfd_create("m", MFD_CLOEXEC);

		assert_int_equal(write(fd, &i, sizeof(i)), sizeof(i));
		OK(trace_add_file(writer, fd, "/m", &id));
		assert_int_equal(id, i);
		if (i % 50 == 0)
			OK(trace_flush(writer));
		OK(trace_add_file(writer, fd, "/m", &id));
		assert_int_equal(id, i);
		close(fd);
	}
	r = reopen();
	assert_int_equal(trace_file_count(r), 300);
	for (uint32_t i = 1; i <= 300; i++)
		expect_contents(r, i, &i, sizeof(i));
	trace_reader_close(r);
}

static void only_regular_files_are_stored(void **state)
{
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	int folder = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	uint32_t id;

	(void)state;
	assert_int_equal(trace_add_file(writer, null, "/dev/null", &id), -EINVAL);
	assert_int_equal(trace_add_file(writer, folder, "/", &id), -EINVAL);
	assert_int_equal(trace_add_file(writer, -1, "/", &id), -EBADF);
	trace_reader_close(reopen());
	close(null);
	close(folder);
}

static void holes_stay_holes(void **state)
{
	int fd = make_source("begin", 5);
	struct trace_reader *r;
	struct stat st;
	uint32_t id;
	int stored;
	char end[3];

	(void)state;
	/* More than is copied by hand; a copy would not fit on many disks. */
	assert_int_equal(pwrite(fd, "end", 3, (off_t)1 << 40), 3);
	OK(trace_add_file(writer, fd, "/sparse", &id));
	r = reopen();
	OK(trace_open_file(r, id, &stored));
	assert_int_equal(fstat(stored, &st), 0);
	assert_int_equal(st.st_size, ((off_t)1 << 40) + 3);
	assert_true(st.st_blocks < 1000);
	assert_int_equal(pread(stored, end, 3, (off_t)1 << 40), 3);
	assert_memory_equal(end, "end", 3);
	assert_true(trace_dir_bytes(trace) < 1000000);
	close(stored);
	trace_reader_close(r);
	close(fd);
}

static void system_files_are_linked_where_that_is_possible(void **state)
{
	static const char program[] = "/usr/bin/env";
	int fd = open(program, O_RDONLY | O_CLOEXEC), stored;
	struct stat before, after, st;
	struct trace_reader *r;
	uint32_t a, b;

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &before), 0);
	OK(trace_add_file(writer, fd, program, &a));
	/* A link changed its ctime, and it is still the same file. */
	OK(trace_add_file(writer, fd, program, &b));
	assert_int_equal(a, b);
	assert_int_equal(fstat(fd, &after), 0);
	r = reopen();
	OK(trace_open_file(r, a, &stored));
	assert_int_equal(fstat(stored, &st), 0);
	assert_int_equal(st.st_size, before.st_size);
	assert_int_equal(after.st_nlink > before.st_nlink,
			 trace_file_info(r, a)->how == TRACE_FILE_LINK);
	assert_int_equal(trace_file_info(r, a)->hashed,
			 trace_file_info(r, a)->how == TRACE_FILE_COPY);
	if (geteuid() == 0 && before.st_dev == st.st_dev)
		assert_int_not_equal(trace_file_info(r, a)->how, TRACE_FILE_COPY);
	close(stored);
	close(fd);
	trace_reader_close(r);
}

static void set_user_id_programs_are_never_linked(void **state)
{
	static const char program[] = "/usr/bin/passwd";
	int fd = open(program, O_RDONLY | O_CLOEXEC);
	struct trace_reader *r;
	uint32_t id;

	(void)state;
	if (fd < 0) {
		OK(trace_writer_close(writer));
		skip();
	}
	OK(trace_add_file(writer, fd, program, &id));
	r = reopen();
	assert_int_not_equal(trace_file_info(r, id)->how, TRACE_FILE_LINK);
	trace_reader_close(r);
	close(fd);
}

/* ---- what the reader finds in files/ instead ---- */

static void expect_refused(struct trace_reader *r, uint32_t id, int error, const char *text)
{
	int fd, s = trace_open_file(r, id, &fd);

	if (s != error || !strstr(fail_text(), text))
		fail_msg("%d: %s", s, fail_text());
}

static void stored_files_that_changed_are_refused(void **state)
{
	int fd = make_source("secret", 6);
	char *stored = sample_path(trace, "files/1");
	struct trace_reader *r;
	uint32_t id;
	int out;

	(void)state;
	OK(trace_add_file(writer, fd, "/s", &id));
	r = reopen();
	out = open(stored, O_WRONLY | O_CLOEXEC);
	assert_int_equal(write(out, "SECRET", 6), 6);
	expect_refused(r, id, -EIO, "files/1 (/s): checksum");
	assert_int_equal(write(out, "!", 1), 1);
	expect_refused(r, id, -EIO, "another size");
	assert_int_equal(unlink(stored), 0);
	expect_refused(r, id, -ENOENT, "files/1");
	assert_int_equal(symlink("/etc/passwd", stored), 0);
	expect_refused(r, id, -ELOOP, "files/1");
	assert_int_equal(unlink(stored), 0);
	assert_int_equal(mkfifo(stored, 0600), 0);
	expect_refused(r, id, -EIO, "not a regular file");
	assert_int_equal(unlink(stored), 0);
	assert_int_equal(mkdir(stored, 0700), 0);
	expect_refused(r, id, -EIO, "not a regular file");
	trace_reader_close(r);
	free(stored);
	close(out);
	close(fd);
}

static void a_link_in_place_of_the_directory_is_refused(void **state)
{
	char *files = sample_path(trace, "files");
	struct trace_reader *r = reopen();

	(void)state;
	trace_reader_close(r);
	assert_int_equal(rmdir(files), 0);
	assert_int_equal(symlink("/etc", files), 0);
	assert_int_equal(trace_open(trace, &r), -ENOTDIR);
	free(files);
}

static void a_lost_file_table_is_an_error_and_not_another_file(void **state)
{
	char *table = sample_path(trace, "file-table");
	struct event e = { .kind = EVENT_KEYFRAME };
	int fd = make_source("x", 1);
	struct event_mapping *m;
	struct trace_reader *r;
	struct event_space *s;

	(void)state;
	OK(event_add_space(&e, &s));
	OK(event_add_mapping(s, &m));
	m->flags = MAPPING_FILE;
	OK(trace_add_file(writer, fd, "/x", &m->file));
	OK(trace_write(writer, &e));
	r = reopen();
	assert_int_equal(trace_read(r, &e), 1);
	trace_reader_close(r);
	assert_int_equal(truncate(table, 60), 0);
	OK(trace_open(trace, &r));
	assert_int_equal(trace_read(r, &e), -EIO);
	assert_non_null(strstr(fail_text(), "not in the file table"));
	trace_reader_close(r);
	event_deinit(&e);
	free(table);
	close(fd);
}

int main(void)
{
#define TEST(f)	   cmocka_unit_test_setup_teardown(f, set_up, tear_down)
#define ON_DISK(f) cmocka_unit_test_setup_teardown(f, set_up_on_disk, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(stored_files_come_back_by_id_and_name),
		TEST(a_file_is_stored_once_until_it_changes),
		TEST(many_files_keep_their_ids),
		TEST(only_regular_files_are_stored),
		TEST(holes_stay_holes),
		ON_DISK(system_files_are_linked_where_that_is_possible),
		ON_DISK(set_user_id_programs_are_never_linked),
		TEST(stored_files_that_changed_are_refused),
		TEST(a_link_in_place_of_the_directory_is_refused),
		TEST(a_lost_file_table_is_an_error_and_not_another_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
