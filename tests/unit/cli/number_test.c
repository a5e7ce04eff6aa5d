// SPDX-License-Identifier: MIT
#include "cli/number.h"

#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

static void numbers(void **state)
{
	uint64_t n = 7;

	(void)state;
	assert_true(parse_number("0", 10, &n) && n == 0);
	assert_true(parse_number("10", 10, &n) && n == 10);
	assert_true(parse_number("18446744073709551615", UINT64_MAX, &n) && n == UINT64_MAX);
	n = 7;
	assert_false(parse_number("11", 10, &n));
	assert_false(parse_number("18446744073709551616", UINT64_MAX, &n));
	assert_false(parse_number("", 10, &n));
	assert_false(parse_number("-1", UINT64_MAX, &n));
	assert_false(parse_number(" 1", 10, &n));
	assert_false(parse_number("1x", 10, &n));
	assert_int_equal(n, 7);
}

static void signals(void **state)
{
	int signo = 0;

	(void)state;
	assert_true(parse_signal("SIGSEGV", &signo) && signo == SIGSEGV);
	assert_true(parse_signal("segv", &signo) && signo == SIGSEGV);
	assert_true(parse_signal("Usr1", &signo) && signo == SIGUSR1);
	assert_true(parse_signal("64", &signo) && signo == 64);
	assert_false(parse_signal("0", &signo));
	assert_false(parse_signal("65", &signo));
	assert_false(parse_signal("SIG", &signo));
	assert_false(parse_signal("", &signo));
}

static void ranges(void **state)
{
	uint64_t first, last;

	(void)state;
	assert_true(parse_range("12", &first, &last) && first == 12 && last == 12);
	assert_true(parse_range("10-20", &first, &last) && first == 10 && last == 20);
	assert_true(parse_range("10-", &first, &last) && first == 10 && last == UINT64_MAX);
	assert_false(parse_range("-10", &first, &last));
	assert_false(parse_range("1-2-3", &first, &last));
	assert_false(parse_range("sh-0", &first, &last));
	assert_false(parse_range("", &first, &last));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers),
		cmocka_unit_test(signals),
		cmocka_unit_test(ranges),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
