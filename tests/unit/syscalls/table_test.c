// SPDX-License-Identifier: MIT
/* The table: numbers, names, classes and flags. */
#include "syscalls/rules.h"

#include "newer_numbers.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <time.h>

#include <linux/futex.h>

/* The kernel's headers say the same number for each name. */
#define SYSCALL(nr, name, replay, flags, writes, arguments)                                        \
	_Static_assert(__NR_##name == (nr), "number of " #name);
#include "syscalls/syscalls.def"
#undef SYSCALL

/* Structs that libc has as the kernel does; the others: structs_test.c. */
_Static_assert(K_IFREQ == sizeof(struct ifreq), "ifreq");
_Static_assert(K_IFCONF == sizeof(struct ifconf), "ifconf");
_Static_assert(K_IOVEC == sizeof(struct iovec), "iovec");
_Static_assert(K_MSGHDR == sizeof(struct msghdr), "msghdr");
_Static_assert(K_MMSGHDR == sizeof(struct mmsghdr), "mmsghdr");
_Static_assert(K_FLOCK == sizeof(struct flock), "flock");
_Static_assert(K_F_OWNER_EX == sizeof(struct f_owner_ex), "f_owner_ex");
_Static_assert(K_REGS == sizeof(struct user_regs_struct), "registers");
_Static_assert(K_FPREGS == sizeof(struct user_fpregs_struct), "x87 registers");
_Static_assert(K_TIMESPEC == sizeof(struct timespec), "timespec");
_Static_assert(K_ITIMERSPEC == sizeof(struct itimerspec), "itimerspec");

static const unsigned known = 0
#define SYSCALL(nr, name, replay, flags, writes, arguments) +1
#include "syscalls/syscalls.def"
#undef SYSCALL
	;

static void every_number_up_to_6_18_is_there(void **state)
{
	(void)state;
	for (int nr = 0; nr <= 336; nr++)
		assert_non_null(sys_name(nr));
	for (int nr = 337; nr <= 423; nr++)
		assert_null(sys_name(nr));
	for (int nr = 424; nr <= 469; nr++)
		assert_non_null(sys_name(nr));
	assert_null(sys_name(470));
	assert_null(sys_name(-1));
	assert_int_equal(known, 337 + 46);
}

static void names_lead_back_to_numbers(void **state)
{
	(void)state;
	for (int nr = 0; nr < 512; nr++)
		if (sys_name(nr))
			assert_int_equal(sys_number(sys_name(nr)), nr);
	assert_int_equal(sys_number("no_such_call"), -1);
}

static void libseccomp_agrees(void **state)
{
	unsigned compared = 0;

	(void)state;
	for (int nr = 0; nr < 512; nr++) {
		char *name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_X86_64, nr);

		if (name && sys_name(nr)) {
			assert_string_equal(name, sys_name(nr));
			compared++;
		}
		assert_false(name && !sys_name(nr) && nr < 470);
		free(name);
	}
	assert_true(compared > 340);
}

static void classes(void **state)
{
	static const struct {
		int nr;
		enum sys_replay replay;
	} expected[] = {
		{ __NR_read, SYS_EMULATE },
		{ __NR_mmap, SYS_MEMORY },
		{ __NR_munmap, SYS_MEMORY },
		{ __NR_mprotect, SYS_MEMORY },
		{ __NR_mremap, SYS_MEMORY },
		{ __NR_brk, SYS_MEMORY },
		{ __NR_shmat, SYS_MEMORY },
		{ __NR_shmdt, SYS_MEMORY },
		{ __NR_pkey_mprotect, SYS_MEMORY },
		{ __NR_remap_file_pages, SYS_MEMORY },
		{ __NR_madvise, SYS_MEMORY },
		{ __NR_mlock, SYS_EMULATE },
		{ __NR_clone, SYS_CLONE },
		{ __NR_clone3, SYS_CLONE },
		{ __NR_fork, SYS_CLONE },
		{ __NR_vfork, SYS_CLONE },
		{ __NR_execve, SYS_EXEC },
		{ __NR_execveat, SYS_EXEC },
		{ __NR_exit, SYS_EXIT },
		{ __NR_exit_group, SYS_EXIT },
		{ __NR_rt_sigreturn, SYS_SIGRETURN },
		{ 400, SYS_EMULATE },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(expected); i++)
		assert_int_equal(sys_replay_class(expected[i].nr), expected[i].replay);
}

static unsigned flags_of(int nr, uint64_t a, uint64_t b, uint64_t c)
{
	struct sys_call call = { nr, { a, b, c } };

	return sys_flags(&call);
}

static void flags_of_calls(void **state)
{
	(void)state;
	assert_int_equal(flags_of(__NR_read, 0, 0, 0),
			 SYS_MAY_BLOCK | SYS_ONE_STOP | SYS_RARELY_BLOCKS);
	assert_int_equal(flags_of(__NR_write, 1, 0, 0),
			 SYS_MAY_BLOCK | SYS_WRITES_FILE | SYS_ONE_STOP);
	assert_int_equal(flags_of(__NR_getpid, 0, 0, 0), SYS_ONE_STOP);
	assert_int_equal(flags_of(__NR_exit_group, 0, 0, 0), SYS_NO_RETURN);
	assert_int_equal(flags_of(__NR_mmap, 0, 0, 0), SYS_ONE_STOP);
	assert_int_equal(flags_of(__NR_execve, 0, 0, 0), 0);
	assert_int_equal(flags_of(__NR_rt_sigreturn, 0, 0, 0), 0);
	assert_int_equal(flags_of(__NR_vfork, 0, 0, 0), SYS_MAY_BLOCK);
	assert_int_equal(flags_of(__NR_clone, CLONE_VFORK | CLONE_VM, 0, 0), SYS_MAY_BLOCK);
	assert_int_equal(flags_of(__NR_clone, 17, 0, 0), 0);
	assert_int_equal(flags_of(__NR_io_submit, 0, 0, 0), SYS_MAY_BLOCK); /* not modelled */
	assert_int_equal(flags_of(400, 0, 0, 0), SYS_MAY_BLOCK);
}

static void flags_follow_the_command(void **state)
{
	(void)state;
	assert_int_equal(flags_of(__NR_fcntl, 3, F_GETFL, 0), SYS_ONE_STOP);
	assert_int_equal(flags_of(__NR_fcntl, 3, F_SETLKW, 0), SYS_MAY_BLOCK | SYS_ONE_STOP);
	assert_int_equal(flags_of(__NR_fcntl, 3, 12345, 0), 0);
	assert_int_equal(flags_of(__NR_ioctl, 0, TIOCGWINSZ, 0), SYS_ONE_STOP);
	assert_int_equal(flags_of(__NR_ioctl, 0, 0xdeadbeef, 0), 0);
	assert_int_equal(flags_of(__NR_futex, 0, FUTEX_WAIT | FUTEX_PRIVATE_FLAG, 0),
			 SYS_MAY_BLOCK | SYS_ONE_STOP);
	assert_int_equal(flags_of(__NR_futex, 0, FUTEX_WAKE, 0), SYS_ONE_STOP);
}

static void flags_of_numbers_hold_for_all_commands(void **state)
{
	(void)state;
	assert_int_equal(sys_number_flags(__NR_read),
			 SYS_MAY_BLOCK | SYS_ONE_STOP | SYS_RARELY_BLOCKS);
	assert_int_equal(sys_number_flags(__NR_mmap), SYS_ONE_STOP);
	assert_int_equal(sys_number_flags(__NR_fcntl), SYS_MAY_BLOCK | SYS_ONE_STOP);
	assert_int_equal(sys_number_flags(__NR_ioctl), SYS_MAY_BLOCK | SYS_ONE_STOP);
	assert_int_equal(sys_number_flags(__NR_futex), SYS_MAY_BLOCK | SYS_ONE_STOP);
	assert_int_equal(sys_number_flags(__NR_shmctl), SYS_ONE_STOP);
	assert_int_equal(sys_number_flags(__NR_execve), 0);
	assert_int_equal(sys_number_flags(400), SYS_MAY_BLOCK);
}

static void descriptors_that_are_written(void **state)
{
	struct sys_call write_it = { __NR_pwrite64, { 7, 0, 9 } };
	struct sys_call copy = { __NR_copy_file_range, { 7, 0, 9 } };
	struct sys_call read_it = { __NR_read, { 7, 0, 9 } };

	(void)state;
	assert_int_equal(sys_written_fd(&write_it), 7);
	assert_int_equal(sys_written_fd(&copy), 9);
	assert_int_equal(sys_written_fd(&read_it), -1);
}

/* All the words of a row are reached: a row has at most WRITES_MAX, and COMMAND
 * stands alone. */
static void rows_are_well_formed(void **state)
{
	(void)state;
	for (size_t nr = 0; nr < sys_row_count(); nr++) {
		const struct sys_row *row = sys_row(nr);

		for (size_t i = 0; row && i < WRITES_MAX; i++) {
			unsigned rule = word_rule(row->writes[i]);

			assert_true(rule <= RULE_UNKNOWN);
			if (i && rule != RULE_NOTHING)
				assert_true(rule != RULE_COMMAND && rule != RULE_SOCKOPT &&
					    rule != RULE_UNKNOWN);
			if (rule != RULE_NOTHING && i)
				assert_int_not_equal(word_rule(row->writes[i - 1]), RULE_NOTHING);
		}
	}
}

static void names_of_signals_and_errors(void **state)
{
	(void)state;
	assert_string_equal(sys_signal_name(11), "SIGSEGV");
	assert_string_equal(sys_signal_name(31), "SIGSYS");
	assert_string_equal(sys_signal_name(32), "SIGRTMIN");
	assert_string_equal(sys_signal_name(64), "SIGRT_32");
	assert_null(sys_signal_name(0));
	assert_null(sys_signal_name(65));
	assert_string_equal(sys_errno_name(2), "ENOENT");
	assert_string_equal(sys_errno_name(11), "EAGAIN");
	assert_string_equal(sys_errno_name(133), "EHWPOISON");
	assert_string_equal(sys_errno_name(512), "ERESTARTSYS");
	assert_null(sys_errno_name(0));
	assert_null(sys_errno_name(1000));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_number_up_to_6_18_is_there),
		cmocka_unit_test(names_lead_back_to_numbers),
		cmocka_unit_test(libseccomp_agrees),
		cmocka_unit_test(classes),
		cmocka_unit_test(flags_of_calls),
		cmocka_unit_test(flags_follow_the_command),
		cmocka_unit_test(flags_of_numbers_hold_for_all_commands),
		cmocka_unit_test(descriptors_that_are_written),
		cmocka_unit_test(rows_are_well_formed),
		cmocka_unit_test(names_of_signals_and_errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
