// SPDX-License-Identifier: MIT
#include "cli/environment.h"
#include "cli/program.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

static char dir[] = "/tmp/deja-unit.XXXXXX";

static void make_file(const char *name, mode_t mode)
{
	int fd = open(name, O_WRONLY | O_CREAT, mode);

	assert_true(fd >= 0 && !fchmod(fd, mode) && !close(fd));
}

static int setup(void **state)
{
	(void)state;
	assert_non_null(mkdtemp(dir));
	assert_int_equal(chdir(dir), 0);
	assert_int_equal(mkdir("a", 0755) | mkdir("b", 0755) | mkdir("a/folder", 0755), 0);
	make_file("a/plain", 0644);
	make_file("b/plain", 0755);
	make_file("b/only-b", 0755);
	make_file("a/not-executable", 0644);
	make_file("here", 0755);
	return setenv("PATH", "a:b", 1);
}

static int teardown(void **state)
{
	char command[64];

	(void)state;
	setenv("PATH", "/usr/bin:/bin", 1);
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	return chdir("/") || system(command);
}

static void check_found(const char *name, const char *wanted)
{
	char *path = NULL;

	assert_int_equal(program_find(name, &path), 0);
	assert_string_equal(path, wanted);
	free(path);
}

static void check_missing(const char *name, int error)
{
	char *path = NULL;

	assert_int_equal(program_find(name, &path), error);
	assert_null(path);
}

static void searched_in_path(void **state)
{
	(void)state;
	check_found("only-b", "b/only-b");
	check_found("plain", "b/plain");
	check_found("./here", "./here");
	check_missing("nothing", -ENOENT);
	check_missing("folder", -EACCES);
	check_missing("not-executable", -EACCES);
	check_missing("./a", -EACCES);
	check_missing("a/plain", -EACCES);
	check_missing("./nothing", -ENOENT);
}

static void empty_part_of_path_is_here(void **state)
{
	(void)state;
	setenv("PATH", "a::b", 1);
	check_found("here", "here");
	setenv("PATH", "a:b", 1);
	check_missing("here", -ENOENT);
}

static void environment_is_copied_and_changed(void **state)
{
	struct env e;
	int seen = 0;

	(void)state;
	setenv("UNIT", "old", 1);
	assert_int_equal(env_init(&e), 0);
	assert_int_equal(env_set(&e, "UNIT=new"), 0);
	assert_int_equal(env_set(&e, "UNIT_MORE=x=y"), 0);
	for (size_t i = 0; i < e.n; i++) {
		assert_string_not_equal(e.vars[i], "UNIT=old");
		seen += !strcmp(e.vars[i], "UNIT=new") + !strcmp(e.vars[i], "UNIT_MORE=x=y");
	}
	assert_int_equal(seen, 2);
	assert_null(e.vars[e.n]);
	assert_string_equal(getenv("UNIT"), "old");
	env_deinit(&e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(searched_in_path),
		cmocka_unit_test(empty_part_of_path_is_here),
		cmocka_unit_test(environment_is_copied_and_changed),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
