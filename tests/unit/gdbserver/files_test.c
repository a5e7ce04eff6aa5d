// SPDX-License-Identifier: MIT
// vFile: the files of the recorded machine.
#include "session.h"

#define PROGRAM "2f66616b652f70726f6772616d" /* /fake/program */
#define OTHER "2f6574632f736861646f77"	      /* /etc/shadow */

static void a_file_is_opened_read_and_closed(void **state)
{
	struct session s;

	(void)state;
	session_start(&s);
	session_expect(&s, "vFile:setfs:0", "F0");
	session_expect(&s, "vFile:open:" PROGRAM ",0,0", "F0");
	session_expect(&s, "vFile:open:" PROGRAM ",0,1c0", "F1");
	session_expect(&s, "vFile:pread:0,3,1", "F3;ELF");
	session_expect(&s, "vFile:pread:0,10,2000", "F0;");
	session_expect(&s, "vFile:close:0", "F0");
	session_expect(&s, "vFile:close:0", "F-1,9");
	session_expect(&s, "vFile:pread:0,3,1", "F-1,9");
	session_expect(&s, "vFile:open:" PROGRAM ",0,0", "F0");
	session_end(&s);
}

static void large_reads_are_cut_to_a_packet(void **state)
{
	struct session s;

	(void)state;
	session_start(&s);
	session_expect(&s, "vFile:open:" PROGRAM ",0,0", "F0");
	session_expect_prefix(&s, "vFile:pread:0,ffffffffffffffff,0", "F2000;\x7f" "ELF");
	session_end(&s);
}

static void stat_is_big_endian(void **state)
{
	struct session s;
	const char *answer;

	(void)state;
	session_start(&s);
	session_expect(&s, "vFile:open:" PROGRAM ",0,0", "F0");
	answer = session_send(&s, "vFile:fstat:0");
	assert_memory_equal(answer, "+$F40;", 6);
	session_end(&s);
}

static void what_is_not_there_has_an_errno(void **state)
{
	struct session s;

	(void)state;
	session_start(&s);
	session_expect(&s, "vFile:open:" OTHER ",0,0", "F-1,2");
	session_expect(&s, "vFile:open:" PROGRAM ",1,0", "F-1,1e");
	session_expect(&s, "vFile:open:" PROGRAM ",602,1ff", "F-1,1e");
	session_expect(&s, "vFile:open:" PROGRAM, "F-1,16");
	session_expect(&s, "vFile:open:,0,0", "F-1,16");
	session_expect(&s, "vFile:open:2f00,0,0", "F-1,16");
	session_expect(&s, "vFile:open:zz,0,0", "F-1,16");
	session_expect(&s, "vFile:fstat:20", "F-1,9");
	session_expect(&s, "vFile:fstat:-1", "F-1,9");
	session_expect(&s, "vFile:unlink:" PROGRAM, "F-1,1e");
	session_expect(&s, "vFile:pwrite:0,0,a", "F-1,1e");
	session_expect(&s, "vFile:rename:0", "");
	session_end(&s);
}

static void links_are_read(void **state)
{
	struct session s;

	(void)state;
	session_start(&s);
	session_expect(&s, "vFile:readlink:2f66616b652f6c696e6b", "Fd;/fake/program");
	session_expect(&s, "vFile:readlink:" PROGRAM, "F-1,16");
	session_end(&s);
}

static void there_is_an_end_of_descriptors(void **state)
{
	struct session s;

	(void)state;
	session_start(&s);
	for (int i = 0; i < 32; i++)
		session_expect_prefix(&s, "vFile:open:" PROGRAM ",0,0", "F");
	session_expect(&s, "vFile:open:" PROGRAM ",0,0", "F-1,18");
	session_end(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_is_opened_read_and_closed),
		cmocka_unit_test(large_reads_are_cut_to_a_packet),
		cmocka_unit_test(stat_is_big_endian),
		cmocka_unit_test(what_is_not_there_has_an_errno),
		cmocka_unit_test(links_are_read),
		cmocka_unit_test(there_is_an_end_of_descriptors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
