// SPDX-License-Identifier: MIT
/* Where traces lie, and finding, listing and removing them. */
#include "trace_sample.h"

#include <fcntl.h>
#include <sys/stat.h>

static char *dir;

static int set_up(void **state)
{
	(void)state;
	dir = sample_dir();
	setenv("DEJA_TRACE_DIR", dir, 1);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	unsetenv("DEJA_TRACE_DIR");
	sample_remove(dir);
	return 0;
}

static char *make_trace(const char *name)
{
	char *path = sample_path(dir, name);

	sample_write(path, 3, 0);
	return path;
}

static void expect_root(const char *expected)
{
	char *root;

	OK(trace_root(&root));
	assert_string_equal(root, expected);
	free(root);
}

static void root_is_the_first_that_is_set(void **state)
{
	(void)state;
	setenv("HOME", "/h", 1);
	setenv("XDG_DATA_HOME", "/x", 1);
	setenv("DEJA_TRACE_DIR", "/d", 1);
	expect_root("/d");
	setenv("DEJA_TRACE_DIR", "", 1);
	expect_root("/x/deja");
	setenv("XDG_DATA_HOME", "relative", 1);
	expect_root("/h/.local/share/deja");
	unsetenv("XDG_DATA_HOME");
	expect_root("/h/.local/share/deja");
}

static void pick_makes_the_root_and_counts_up(void **state)
{
	char *root = sample_path(dir, "a/b"), *picked, *expected;

	(void)state;
	setenv("DEJA_TRACE_DIR", root, 1);
	expected = sample_path(root, "ls-0");
	OK(trace_pick_dir("/usr/bin/ls", &picked));
	assert_string_equal(picked, expected);
	assert_int_equal(access(root, F_OK), 0);
	assert_int_equal(access(picked, F_OK), -1);
	assert_int_equal(mkdir(picked, 0700), 0);
	free(picked);
	free(expected);
	expected = sample_path(root, "ls-1");
	OK(trace_pick_dir("ls", &picked));
	assert_string_equal(picked, expected);
	free(picked);
	free(expected);
	free(root);
}

static void expect_found(const char *name, const char *expected)
{
	char *found;

	OK(trace_find(name, &found));
	assert_string_equal(found, expected);
	free(found);
}

static void a_root_that_cannot_be_made_is_named(void **state)
{
	char *picked;

	(void)state;
	setenv("DEJA_TRACE_DIR", "/dev/null/x", 1);
	assert_int_equal(trace_pick_dir("ls", &picked), -ENOTDIR);
	assert_non_null(strstr(fail_text(), "/dev/null"));
}

static void traces_are_found_by_path_by_name_and_as_the_latest(void **state)
{
	char *one = make_trace("one-0"), *two = make_trace("two-0"), *found;
	char *link = sample_path(dir, "latest-trace"), target[64];
	ssize_t n;

	(void)state;
	assert_int_equal(trace_find(NULL, &found), -ENOENT);
	assert_non_null(strstr(fail_text(), "latest-trace"));
	OK(trace_set_latest(one));
	expect_found(NULL, one);
	OK(trace_set_latest(two));
	expect_found(NULL, two);
	expect_found("latest-trace", two);
	/* The link moves with the root. */
	n = readlink(link, target, sizeof(target));
	assert_int_equal(n, strlen("two-0"));
	assert_memory_equal(target, "two-0", n);
	expect_found("one-0", one);
	expect_found(one, one);
	assert_int_equal(trace_find("three-0", &found), -ENOENT);
	assert_non_null(strstr(fail_text(), "three-0"));
	assert_int_equal(trace_find("../etc", &found), -ENOENT);
	assert_int_equal(trace_find("", &found), -ENOENT);
	assert_int_equal(trace_find(dir, &found), -ENOENT);
	free(link);
	free(one);
	free(two);
}

static void the_latest_may_lie_elsewhere(void **state)
{
	char *other = sample_dir(), *trace = sample_path(other, "t");

	(void)state;
	sample_write(trace, 3, 0);
	OK(trace_set_latest(trace));
	expect_found(NULL, trace);
	assert_int_equal(trace_set_latest("/nonexistent"), -ENOENT);
	expect_found(NULL, trace);
	free(trace);
	sample_remove(other);
}

static int collect(void *ctx, const char *name, const char *path)
{
	struct buf *names = ctx;

	assert_true(trace_is_trace(path));
	OK(buf_printf(names, "%s ", name));
	return !strcmp(name, "stop");
}

static void list_gives_traces_sorted_and_nothing_else(void **state)
{
	static const char *const names[] = { "ls-10", "ls-2", "cat-0", "stop", "xz-1" };
	char *folder = sample_path(dir, "folder"), *file = sample_path(dir, "file");
	struct buf got = { 0 };

	(void)state;
	setenv("DEJA_TRACE_DIR", folder, 1);
	assert_int_equal(trace_list(collect, &got), 0);
	setenv("DEJA_TRACE_DIR", dir, 1);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		free(make_trace(names[i]));
	assert_int_equal(mkdir(folder, 0700), 0);
	close(open(file, O_CREAT | O_WRONLY, 0600));
	free(file);
	file = sample_path(dir, "ls-2");
	OK(trace_set_latest(file));
	assert_int_equal(trace_list(collect, &got), 1);
	OK(buf_append(&got, "", 1));
	assert_string_equal((char *)got.data, "cat-0 ls-2 ls-10 stop ");
	buf_deinit(&got);
	free(folder);
	free(file);
}

static void remove_takes_a_trace_and_the_link_to_it(void **state)
{
	char *one = make_trace("one-0"), *link = sample_path(dir, "latest-trace");
	struct stat st;

	(void)state;
	OK(trace_set_latest(one));
	OK(trace_remove(one));
	assert_int_equal(access(one, F_OK), -1);
	assert_int_equal(lstat(link, &st), -1);
	assert_int_equal(trace_remove(one), -ENOENT);
	free(one);
	free(link);
}

static void remove_refuses_what_is_not_all_trace(void **state)
{
	char *one = make_trace("one-0"), *note = sample_path(one, "note");
	char *stored = sample_path(one, "files/x"), *link = sample_path(dir, "link");

	(void)state;
	assert_int_equal(trace_remove(dir), -EINVAL);
	close(open(note, O_CREAT | O_WRONLY, 0600));
	assert_int_equal(trace_remove(one), -ENOTEMPTY);
	assert_non_null(strstr(fail_text(), "note"));
	assert_int_equal(unlink(note), 0);
	close(open(stored, O_CREAT | O_WRONLY, 0600));
	assert_int_equal(trace_remove(one), -ENOTEMPTY);
	assert_int_equal(unlink(stored), 0);
	/* Nothing was removed so far. */
	expect_found(one, one);
	assert_int_equal(symlink(one, link), 0);
	assert_int_equal(trace_remove(link), -ENOTDIR);
	expect_found(one, one);
	OK(trace_remove(one));
	free(one);
	free(note);
	free(stored);
	free(link);
}

static void remove_follows_no_link(void **state)
{
	char *one = make_trace("one-0"), *files = sample_path(one, "files");
	char *precious = sample_path(dir, "precious"), *in = sample_path(precious, "1");
	char *stored = sample_path(one, "files/7");

	(void)state;
	assert_int_equal(mkdir(precious, 0700), 0);
	close(open(in, O_CREAT | O_WRONLY, 0600));
	assert_int_equal(symlink(precious, stored), 0);
	OK(trace_remove(one));
	assert_int_equal(access(in, F_OK), 0);
	free(make_trace("one-0"));
	assert_int_equal(rmdir(files), 0);
	assert_int_equal(symlink(precious, files), 0);
	assert_true(trace_remove(one) < 0);
	assert_int_equal(access(in, F_OK), 0);
	free(one);
	free(files);
	free(precious);
	free(in);
	free(stored);
}

static void bytes_of_a_trace_are_those_of_its_files(void **state)
{
	char *one = make_trace("one-0"), *stored = sample_path(one, "files/1");
	uint64_t before = trace_dir_bytes(one);
	int fd = open(stored, O_CREAT | O_WRONLY, 0600);

	(void)state;
	assert_true(before > 300);
	assert_int_equal(write(fd, "12345", 5), 5);
	assert_int_equal(trace_dir_bytes(one), before + 5);
	assert_int_equal(trace_dir_bytes("/nonexistent"), 0);
	close(fd);
	free(one);
	free(stored);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(root_is_the_first_that_is_set),
		TEST(pick_makes_the_root_and_counts_up),
		TEST(a_root_that_cannot_be_made_is_named),
		TEST(traces_are_found_by_path_by_name_and_as_the_latest),
		TEST(the_latest_may_lie_elsewhere),
		TEST(list_gives_traces_sorted_and_nothing_else),
		TEST(remove_takes_a_trace_and_the_link_to_it),
		TEST(remove_refuses_what_is_not_all_trace),
		TEST(remove_follows_no_link),
		TEST(bytes_of_a_trace_are_those_of_its_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
