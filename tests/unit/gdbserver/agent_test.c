// SPDX-License-Identifier: MIT
#include "gdbserver/agent.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

/* Register n is 100 + n, at most 9; memory holds its own address in each byte. */
static int fake_register(void *ctx, unsigned n, uint64_t *ret)
{
	(void)ctx;
	*ret = 100 + n;
	return n > 9 ? -EINVAL : 0;
}

static int fake_memory(void *ctx, taddr_t addr, void *ret, size_t len)
{
	(void)ctx;
	for (size_t i = 0; i < len; i++)
		((uint8_t *)ret)[i] = (uint8_t)(addr + i);
	return addr > 0xf0 ? -EFAULT : 0;
}

static const struct gdb_agent agent = { NULL, fake_register, fake_memory };

#define VALUE(expected, ...)                                                               \
	do {                                                                               \
		const uint8_t code[] = { __VA_ARGS__, 0x27 };                              \
		uint64_t value = 0xbad;                                                    \
                                                                                           \
		assert_int_equal(gdb_agent_evaluate(&agent, code, sizeof(code), &value), 0); \
		assert_int_equal(value, (uint64_t)(expected));                             \
	} while (0)

#define ERROR(expected, ...)                                                               \
	do {                                                                               \
		const uint8_t code[] = { __VA_ARGS__ };                                    \
		uint64_t value;                                                            \
                                                                                           \
		assert_int_equal(gdb_agent_evaluate(&agent, code, sizeof(code), &value),   \
				 expected);                                                \
	} while (0)

#define C8(n) 0x22, (n)
#define MINUS_ONE C8(0xff), 0x16, 8

static void constants_have_all_sizes(void **state)
{
	(void)state;
	VALUE(7, C8(7));
	VALUE(0x0102, 0x23, 1, 2);
	VALUE(0x01020304, 0x24, 1, 2, 3, 4);
	VALUE(0x0102030405060708, 0x25, 1, 2, 3, 4, 5, 6, 7, 8);
}

static void arithmetic(void **state)
{
	(void)state;
	VALUE(12, C8(7), C8(5), 0x02);
	VALUE(2, C8(7), C8(5), 0x03);
	VALUE(35, C8(7), C8(5), 0x04);
	VALUE(-3, C8(0xf9), 0x16, 8, C8(2), 0x05);
	VALUE(3, C8(7), C8(2), 0x06);
	VALUE(-1, C8(0xf9), 0x16, 8, C8(2), 0x07);
	VALUE(1, C8(7), C8(2), 0x08);
	VALUE(INT64_MIN, 0x25, 0x80, 0, 0, 0, 0, 0, 0, 0, MINUS_ONE, 0x05);
	VALUE(0, 0x25, 0x80, 0, 0, 0, 0, 0, 0, 0, MINUS_ONE, 0x07);
	ERROR(-ERANGE, C8(1), C8(0), 0x05, 0x27);
	ERROR(-ERANGE, C8(1), C8(0), 0x08, 0x27);
}

static void shifts(void **state)
{
	(void)state;
	VALUE(28, C8(7), C8(2), 0x09);
	VALUE(0, C8(7), C8(64), 0x09);
	VALUE(-1, MINUS_ONE, C8(3), 0x0a);
	VALUE(-1, MINUS_ONE, C8(99), 0x0a);
	VALUE(1, MINUS_ONE, C8(63), 0x0b);
	VALUE(0, MINUS_ONE, C8(64), 0x0b);
}

static void logic_and_comparison(void **state)
{
	(void)state;
	VALUE(1, C8(0), 0x0e);
	VALUE(0, C8(9), 0x0e);
	VALUE(4, C8(6), C8(12), 0x0f);
	VALUE(14, C8(6), C8(12), 0x10);
	VALUE(10, C8(6), C8(12), 0x11);
	VALUE(-1, C8(0), 0x12);
	VALUE(1, C8(6), C8(6), 0x13);
	VALUE(1, MINUS_ONE, C8(6), 0x14);
	VALUE(0, MINUS_ONE, C8(6), 0x15);
	VALUE(0xff, MINUS_ONE, 0x2a, 8);
	VALUE(-1, MINUS_ONE, 0x2a, 64);
}

static void registers_and_memory(void **state)
{
	(void)state;
	VALUE(105, 0x26, 0, 5);
	VALUE(0x10, C8(0x10), 0x17);
	VALUE(0x1110, C8(0x10), 0x18);
	VALUE(0x13121110, C8(0x10), 0x19);
	VALUE(0x1716151413121110, C8(0x10), 0x1a);
	ERROR(-EFAULT, C8(0xff), 0x17, 0x27);
	ERROR(-EINVAL, 0x26, 0, 10, 0x27);
}

static void the_stack_is_moved_around(void **state)
{
	(void)state;
	VALUE(10, C8(5), 0x28, 0x02);
	VALUE(1, C8(1), C8(2), 0x29);
	VALUE(1, C8(1), C8(2), 0x2b);
	VALUE(1, C8(1), C8(2), C8(3), 0x32, 2);
	VALUE(2, C8(1), C8(2), C8(3), 0x33); /* 3 1 2 */
	VALUE(3, C8(1), C8(2), C8(3), 0x33, 0x29, 0x29);
}

static void jumps(void **state)
{
	(void)state;
	/* 0: const8 1; 2: if_goto 8; 5: const8 7; 7: end; 8: const8 9 */
	VALUE(9, C8(1), 0x20, 0, 8, C8(7), 0x27, C8(9));
	VALUE(7, C8(0), 0x20, 0, 8, C8(7), 0x27, C8(9));
	ERROR(-EINVAL, 0x21, 0, 0);
	ERROR(-EINVAL, 0x21, 0, 99);
}

static void nonsense_is_refused(void **state)
{
	(void)state;
	ERROR(-EINVAL, 0x27);
	ERROR(-EINVAL, 0x02);
	ERROR(-EINVAL, C8(1));
	ERROR(-EINVAL, 0x25, 1, 2);
	ERROR(-EINVAL, C8(1), 0x16, 0, 0x27);
	ERROR(-EINVAL, 0x32, 0, 0x27);
	ERROR(-EINVAL, 0x33, 0x27);
	ERROR(-EINVAL, C8(1), 0x28, 0x21, 0, 2); /* pushes for ever */
	ERROR(-EOPNOTSUPP, 0x01, 0x27);
	ERROR(-EOPNOTSUPP, 0xff, 0x27);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(constants_have_all_sizes),
		cmocka_unit_test(arithmetic),
		cmocka_unit_test(shifts),
		cmocka_unit_test(logic_and_comparison),
		cmocka_unit_test(registers_and_memory),
		cmocka_unit_test(the_stack_is_moved_around),
		cmocka_unit_test(jumps),
		cmocka_unit_test(nonsense_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
