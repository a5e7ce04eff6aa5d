// SPDX-License-Identifier: MIT
// The text form of events, made by hand.
#include "cli/dump_format.h"

#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static void check(const struct event *e, const char *wanted)
{
	struct buf out = { 0 };

	assert_int_equal(dump_format(e, NULL, &out), 0);
	assert_int_equal(buf_append(&out, "", 1), 0);
	assert_string_equal((const char *)out.data, wanted);
	buf_deinit(&out);
}

static void lines(void **state)
{
	struct event e = { .kind = EVENT_SYSCALL,
			   .number = 12,
			   .tid = 345,
			   .ticks = 6789,
			   .time_ns = 1002003000,
			   .nr = 3,
			   .result = -9 };
	siginfo_t info = { .si_code = SEGV_MAPERR };

	(void)state;
	e.regs.rdi = 77;
	check(&e, "      12    1.002003     345         6789  close(77) = -1 EBADF (Bad file "
		  "descriptor)\n");
	e.kind = EVENT_EXIT;
	e.status = 5 << 8;
	check(&e, "      12    1.002003     345         6789  +++ exited with 5 +++\n");
	e.status = SIGSEGV | 0x80;
	check(&e, "      12    1.002003     345         6789  +++ killed by SIGSEGV (core dumped) "
		  "+++\n");
	e.kind = EVENT_INSN;
	e.insn = 5;
	check(&e, "      12    1.002003     345         6789  cpuid\n");
	e.insn = 1000;
	check(&e, "      12    1.002003     345         6789  ?\n");
	e.kind = EVENT_SIGNAL;
	e.signo = SIGSEGV;
	e.disposition = SIGNAL_FATAL;
	e.flags = EVENT_SYNC;
	info.si_addr = (void *)0x10;
	memcpy(e.siginfo, &info, sizeof(info));
	check(&e, "      12    1.002003     345         6789  --- SIGSEGV {si_code=1, "
		  "si_addr=0x10} (fatal) ---\n");
}

static void raw_has_every_field(void **state)
{
	struct event e = { .kind = EVENT_SYSCALL, .number = 3, .tid = 4, .nr = 0, .result = 2 };
	struct buf out = { 0 };
	uint8_t *bytes;

	(void)state;
	e.regs.rip = 0xabc;
	assert_int_equal(event_add_write(&e, 0x1000, 2, &bytes), 0);
	memcpy(bytes, "hi", 2);
	assert_int_equal(dump_format_raw(&e, &out), 0);
	assert_int_equal(buf_append(&out, "", 1), 0);
	assert_non_null(strstr((char *)out.data, "event=3 kind="));
	assert_non_null(strstr((char *)out.data, " name=read result=2 "));
	assert_non_null(strstr((char *)out.data, " rip=0xabc "));
	assert_non_null(strstr((char *)out.data, "\n  write addr=0x1000 size=2\n"));
	buf_deinit(&out);
	event_deinit(&e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines),
		cmocka_unit_test(raw_has_every_field),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
