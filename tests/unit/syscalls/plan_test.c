// SPDX-License-Identifier: MIT
/* The evaluator: which areas the rules give, at the entry and at the end. */
#include "memory.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

static struct memory tracee;
static const struct sys_mem mem = { memory_read, &tracee };
static struct sys_plan plan;
static struct sys_areas areas;

/* "offset+bytes ..." of areas in the tracee's memory. */
static const char *text_of(const struct sys_areas *a)
{
	static char text[512];
	size_t at = 0;

	text[0] = '\0';
	for (size_t i = 0; i < a->n && at < sizeof(text) - 64; i++)
		at += snprintf(text + at, sizeof(text) - at, "%s0x%lx+%lu", i ? " " : "",
			       a->items[i].addr >= MEMORY_AT ? a->items[i].addr - MEMORY_AT
							     : a->items[i].addr,
			       a->items[i].bytes);
	return text;
}

static bool within(const struct sys_area *a, const struct sys_areas *all)
{
	for (size_t i = 0; i < all->n; i++)
		if (a->addr == all->items[i].addr && a->bytes <= all->items[i].bytes)
			return true;
	return false;
}

#define AT(offset) (MEMORY_AT + (offset))
#define ARGS(...)                                                                                  \
	(const uint64_t[6])                                                                        \
	{                                                                                          \
		__VA_ARGS__                                                                        \
	}

static const char *enter(int nr, const uint64_t a[6])
{
	struct sys_call call = { nr, { a[0], a[1], a[2], a[3], a[4], a[5] } };

	assert_int_equal(sys_plan_enter(&call, &mem, &plan), 0);
	return text_of(&plan.areas);
}

static const char *leave(int64_t result)
{
	assert_int_equal(sys_plan_exit(&plan, &mem, result, &areas), 0);
	return text_of(&areas);
}

static void result_bounds_a_buffer(void **state)
{
	(void)state;
	assert_string_equal(enter(SYS_read, ARGS(3, AT(0x10), 100)), "0x10+100");
	assert_true(plan.modelled);
	assert_string_equal(leave(7), "0x10+7");
	assert_string_equal(leave(0), "");
	assert_string_equal(leave(100), "0x10+100");
	assert_string_equal(leave(-EAGAIN), "");
	assert_string_equal(leave(-EFAULT), "0x10+100");
	assert_string_equal(enter(SYS_read, ARGS(3, 0, 100)), "");
	assert_string_equal(leave(-EFAULT), "");
}

static void sizes_are_bounded(void **state)
{
	(void)state;
	enter(SYS_read, ARGS(3, AT(0), UINT64_MAX));
	assert_true(plan.areas.items[0].bytes <= 0x7ffff000);
	enter(SYS_poll, ARGS(AT(0), 0xffffffff00000002, 0));
	assert_int_equal(plan.areas.items[0].bytes, 16);
	assert_string_equal(leave(-EINTR), "0x0+16");
}

static void fixed_sizes(void **state)
{
	(void)state;
	assert_string_equal(enter(SYS_fstat, ARGS(3, AT(0))), "0x0+144");
	assert_string_equal(leave(0), "0x0+144");
	assert_string_equal(enter(SYS_wait4, ARGS(-1, AT(0), 0, AT(0x100))), "0x0+4 0x100+144");
	assert_string_equal(enter(SYS_wait4, ARGS(-1, 0, 0, AT(0x100))), "0x100+144");
	assert_string_equal(leave(12), "0x100+144");
}

static void length_in_memory(void **state)
{
	uint32_t length = 100;

	(void)state;
	memory_put(&tracee, 0x80, &length, 4);
	assert_string_equal(enter(SYS_getsockname, ARGS(3, AT(0), AT(0x80))), "0x0+100 0x80+4");
	length = 16;
	memory_put(&tracee, 0x80, &length, 4);
	assert_string_equal(leave(0), "0x0+16 0x80+4");
	length = 110; /* longer than the room: cut */
	memory_put(&tracee, 0x80, &length, 4);
	assert_string_equal(leave(0), "0x0+100 0x80+4");
	assert_string_equal(leave(-EBADF), "0x80+4");
	assert_string_equal(enter(SYS_accept, ARGS(3, 0, 0)), "");
}

static void vectors_fill_one_after_the_other(void **state)
{
	uint64_t iov[3][2] = { { AT(0x100), 10 }, { AT(0x200), 0 }, { AT(0x300), 20 } };

	(void)state;
	memory_put(&tracee, 0, iov, sizeof(iov));
	enter(SYS_readv, ARGS(3, AT(0), 3));
	assert_string_equal(leave(5), "0x100+5");
	assert_string_equal(leave(15), "0x100+10 0x300+5");
	assert_string_equal(leave(30), "0x100+10 0x300+20");
}

static void messages(void **state)
{
	uint64_t iov[1][2] = { { AT(0x300), 50 } };
	struct msghdr m = { .msg_name = (void *)AT(0x100),
			    .msg_namelen = 28,
			    .msg_iov = (void *)AT(0x80),
			    .msg_iovlen = 1,
			    .msg_control = (void *)AT(0x200),
			    .msg_controllen = 64 };

	(void)state;
	memory_put(&tracee, 0x80, iov, sizeof(iov));
	memory_put(&tracee, 0, &m, sizeof(m));
	assert_string_equal(enter(SYS_recvmsg, ARGS(3, AT(0), 0)),
			    "0x0+56 0x100+28 0x200+64 0x300+50");
	m.msg_namelen = 16;
	m.msg_controllen = 0;
	memory_put(&tracee, 0, &m, sizeof(m));
	assert_string_equal(leave(9), "0x0+56 0x100+16 0x300+9");
	assert_string_equal(leave(-EAGAIN), "");
}

static void commands_decide(void **state)
{
	(void)state;
	assert_string_equal(enter(SYS_ioctl, ARGS(0, TCGETS, AT(0))), "0x0+36");
	assert_string_equal(enter(SYS_ioctl, ARGS(0, TIOCSWINSZ, AT(0))), "");
	assert_true(plan.modelled);
	/* EVIOCGVERSION: the number tells direction and size. */
	assert_string_equal(enter(SYS_ioctl, ARGS(0, _IOR('E', 1, int), AT(0))), "0x0+4");
	assert_true(plan.modelled);
	assert_string_equal(enter(SYS_fcntl, ARGS(0, F_GETLK, AT(0))), "0x0+32");
	assert_string_equal(enter(SYS_fcntl, ARGS(0, F_SETLK, AT(0))), "");
}

static void unknown_commands_are_guessed(void **state)
{
	uint64_t inside[2] = { AT(0x1800), 5 };

	(void)state;
	memset(&tracee, 0, sizeof(tracee));
	memory_put(&tracee, 0x40, inside, sizeof(inside));
	/* The argument's page, and the page that a pointer in it shows. */
	assert_string_equal(enter(SYS_ioctl, ARGS(3, 0xdead, AT(0x40))), "0x40+4096 0x1800+2048");
	assert_false(plan.modelled);
	assert_string_equal(leave(-ENOTTY), "0x40+4096 0x1800+2048");
	assert_string_equal(enter(SYS_ioctl, ARGS(3, 0xdead, 0xdead0000)), "");
	assert_string_equal(enter(470, ARGS(AT(0x1ff0))), "0x1ff0+16");
}

static void clones(void **state)
{
	(void)state;
	assert_string_equal(enter(SYS_clone, ARGS(CLONE_PARENT_SETTID | CLONE_CHILD_SETTID, 0,
						  AT(0x10), AT(0x20))),
			    "0x10+4 0x20+4");
	assert_string_equal(leave(123), "0x10+4 0x20+4");
	assert_string_equal(enter(SYS_clone, ARGS(17, 0, AT(0x10), AT(0x20))), "");
	assert_string_equal(enter(SYS_fork, ARGS(0)), "");
}

static void restarted_calls_write_what_they_might(void **state)
{
	(void)state;
	assert_string_equal(enter(SYS_restart_syscall, ARGS(AT(0), 2, 5000, AT(0x100))),
			    "0x2+16 0x100+16 0x0+16");
}

static void nothing_is_allocated_again(void **state)
{
	struct sys_area *before;

	(void)state;
	enter(SYS_recvfrom, ARGS(3, AT(0), 10, 0, 0, 0));
	before = plan.areas.items;
	for (int i = 0; i < 100; i++)
		enter(SYS_read, ARGS(3, AT(0), 10));
	assert_ptr_equal(plan.areas.items, before);
}

/* Whatever the arguments and the memory: no crash, and the end stays within. */
static void nonsense(void **state)
{
	static const uint64_t values[] = { 0,	      1,	  ~0ull,	 AT(0),
					   AT(0x101), AT(0x1ffc), 0x7fffffffull, 1ull << 63 };
	static const int64_t results[] = { 0, 1, 100, INT64_MAX, -1, -EFAULT, -EINTR, -4095 };

	(void)state;
	srandom(1);
	for (int nr = -1; nr < 480; nr++)
		for (int i = 0; i < 200; i++) {
			uint64_t a[6];

			for (size_t j = 0; j < 6; j++)
				a[j] = values[random() % 8];
			for (size_t j = 0; j < MEMORY_BYTES; j += 8)
				memory_put(&tracee, j, &values[random() % 8], 8);
			enter(nr, a);
			leave(results[random() % 8]);
			for (size_t j = 0; j < areas.n; j++)
				assert_true(within(&areas.items[j], &plan.areas));
		}
}

static int release(void **state)
{
	(void)state;
	sys_plan_deinit(&plan);
	sys_areas_deinit(&areas);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(result_bounds_a_buffer),
		cmocka_unit_test(sizes_are_bounded),
		cmocka_unit_test(fixed_sizes),
		cmocka_unit_test(length_in_memory),
		cmocka_unit_test(vectors_fill_one_after_the_other),
		cmocka_unit_test(messages),
		cmocka_unit_test(commands_decide),
		cmocka_unit_test(unknown_commands_are_guessed),
		cmocka_unit_test(clones),
		cmocka_unit_test(restarted_calls_write_what_they_might),
		cmocka_unit_test(nothing_is_allocated_again),
		cmocka_unit_test(nonsense),
	};

	return cmocka_run_group_tests(tests, NULL, release);
}
