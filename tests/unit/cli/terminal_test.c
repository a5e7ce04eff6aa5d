// SPDX-License-Identifier: MIT
#include "cli/terminal.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

static void bytes(void **state)
{
	static const struct {
		uint64_t n;
		const char *text;
	} cases[] = {
		{ 0, "0 B" },
		{ 999, "999 B" },
		{ 1000, "1.0 kB" },
		{ 1234, "1.2 kB" },
		{ 9949, "9.9 kB" },
		{ 9950, "10 kB" },
		{ 34000000, "34 MB" },
		{ 999500, "1.0 MB" },
		{ 2500000000, "2.5 GB" },
		{ UINT64_MAX, "18 EB" },
	};
	char text[16];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		format_bytes(cases[i].n, text);
		assert_string_equal(text, cases[i].text);
	}
}

static void durations(void **state)
{
	char text[32];

	(void)state;
	format_duration(0, text);
	assert_string_equal(text, "0 ms");
	format_duration(12345678, text);
	assert_string_equal(text, "12 ms");
	format_duration(3400000000, text);
	assert_string_equal(text, "3.4 s");
	format_duration(125000000000, text);
	assert_string_equal(text, "2 min 5 s");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes),
		cmocka_unit_test(durations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
