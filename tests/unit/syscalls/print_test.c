// SPDX-License-Identifier: MIT
/* The printed form of calls, with and without the memory they point to. */
#include "memory.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>

#include <linux/futex.h>

static struct memory tracee;
static const struct sys_mem mem = { memory_read, &tracee };

#define AT(offset) (MEMORY_AT + (offset))
#define ARGS(...)                                                                                  \
	(const uint64_t[6])                                                                        \
	{                                                                                          \
		__VA_ARGS__                                                                        \
	}

static taddr_t put_at(size_t offset, const void *data, size_t bytes)
{
	return memory_put(&tracee, offset, data, bytes);
}

static taddr_t text(size_t offset, const char *s)
{
	return put_at(offset, s, strlen(s) + 1);
}

static void expect(const char *line, const struct sys_mem *m, bool ended, int64_t result, int nr,
		   const uint64_t a[6])
{
	struct sys_call call = { nr, { a[0], a[1], a[2], a[3], a[4], a[5] } };
	struct buf out = { 0 };

	assert_int_equal(sys_print(&call, m, ended, result, &out), 0);
	assert_int_equal(buf_append(&out, "", 1), 0);
	assert_string_equal((char *)out.data, line);
	buf_deinit(&out);
}

#define PRINTS(line, result, nr, ...) expect(line, &mem, true, result, nr, ARGS(__VA_ARGS__))

static void files(void **state)
{
	struct stat s = { .st_mode = S_IFREG | 0644, .st_size = 12 };

	(void)state;
	text(0, "/etc/passwd");
	put_at(0x100, &s, sizeof(s));
	PRINTS("openat(AT_FDCWD, \"/etc/passwd\", O_RDONLY|O_CLOEXEC) = 3", 3, SYS_openat, AT_FDCWD,
	       AT(0), O_CLOEXEC, 0644);
	PRINTS("open(\"/etc/passwd\", O_WRONLY|O_CREAT|O_TRUNC, 0644) = -1 EACCES (Permission "
	       "denied)",
	       -EACCES, SYS_open, AT(0), O_WRONLY | O_CREAT | O_TRUNC, 0644);
	PRINTS("fstat(3, {st_mode=S_IFREG|0644, st_size=12, ...}) = 0", 0, SYS_fstat, 3, AT(0x100));
	PRINTS("access(\"/etc/passwd\", R_OK|W_OK) = 0", 0, SYS_access, AT(0), R_OK | W_OK);
	PRINTS("lseek(3, -1, SEEK_END) = 11", 11, SYS_lseek, 3, -1, SEEK_END);
	PRINTS("umask(022) = 022", 022, SYS_umask, 022);
	PRINTS("unlinkat(AT_FDCWD, \"/etc/passwd\", AT_REMOVEDIR) = 0", 0, SYS_unlinkat, AT_FDCWD,
	       AT(0), AT_REMOVEDIR);
}

static void data(void **state)
{
	(void)state;
	text(0, "one\ttwo\n\"q\\\1\0012\377");
	PRINTS("read(3, \"one\\ttwo\\n\\\"q\\\\\\1\\0012\", 14) = 14", 14, SYS_read, 3, AT(0), 14);
	PRINTS("write(1, \"one\", 3) = 3", 3, SYS_write, 1, AT(0), 3);
	PRINTS("read(3, 0x7f0000001000, 14) = -1 EAGAIN (Resource temporarily unavailable)",
	       -EAGAIN, SYS_read, 3, AT(0), 14);
	PRINTS("read(3, \"\", 14) = 0", 0, SYS_read, 3, AT(0), 14);
	text(0, "0123456789012345678901234567890123456789");
	PRINTS("write(1, \"01234567890123456789012345678901\"..., 40) = 40", 40, SYS_write, 1,
	       AT(0), 40);
	PRINTS("write(1, 0x10, 3) = -1 EFAULT (Bad address)", -EFAULT, SYS_write, 1, 0x10, 3);
	PRINTS("getcwd(\"0123456789012345678901234567890123456789\", 100) = 41", 41, SYS_getcwd,
	       AT(0), 100);
}

static void memory(void **state)
{
	(void)state;
	PRINTS("mmap(NULL, 4096, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = "
	       "0x7f1234560000",
	       0x7f1234560000, SYS_mmap, 0, 4096, PROT_READ | PROT_WRITE,
	       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	PRINTS("mprotect(0x1000, 4096, PROT_NONE) = 0", 0, SYS_mprotect, 0x1000, 4096, 0);
	PRINTS("madvise(0x1000, 4096, MADV_DONTNEED) = 0", 0, SYS_madvise, 0x1000, 4096,
	       MADV_DONTNEED);
	PRINTS("brk(NULL) = 0x555500000000", 0x555500000000, SYS_brk, 0);
}

static void processes(void **state)
{
	uint64_t argv[3] = { AT(0x10), AT(0x20), 0 }, env[2] = { AT(0x10), 0 };
	int exited = 3 << 8, killed = SIGSEGV | 0x80;

	(void)state;
	text(0x10, "ls");
	text(0x20, "-l");
	put_at(0x100, argv, sizeof(argv));
	put_at(0x200, env, sizeof(env));
	put_at(0x300, &exited, 4);
	put_at(0x310, &killed, 4);
	PRINTS("execve(\"ls\", [\"ls\", \"-l\"], 0x7f0000001200 /* 1 var */) = -1 ENOENT (No such "
	       "file or directory)",
	       -ENOENT, SYS_execve, AT(0x10), AT(0x100), AT(0x200));
	PRINTS("wait4(-1, [{WIFEXITED(s) && WEXITSTATUS(s) == 3}], WNOHANG, NULL) = 77", 77,
	       SYS_wait4, -1, AT(0x300), WNOHANG, 0);
	PRINTS("wait4(-1, [{WIFSIGNALED(s) && WTERMSIG(s) == SIGSEGV && WCOREDUMP(s)}], 0, NULL) = "
	       "77",
	       77, SYS_wait4, -1, AT(0x310), 0, 0);
	PRINTS("wait4(-1, 0x7f0000001300, WNOHANG, NULL) = 0", 0, SYS_wait4, -1, AT(0x300), WNOHANG,
	       0);
	PRINTS("clone(CLONE_CHILD_CLEARTID|CLONE_CHILD_SETTID|SIGCHLD, NULL, NULL, 0x7f10, 0) = 9",
	       9, SYS_clone, CLONE_CHILD_CLEARTID | CLONE_CHILD_SETTID | SIGCHLD, 0, 0, 0x7f10, 0);
	PRINTS("kill(12, SIGTERM) = 0", 0, SYS_kill, 12, SIGTERM);
	expect("exit_group(1) = ?", &mem, false, 0, SYS_exit_group, ARGS(1));
	expect("pause() <unfinished ...>", &mem, false, 0, SYS_pause, ARGS(0));
	PRINTS("pause() = ? ERESTARTNOHAND (To be restarted)", -514, SYS_pause, 0);
}

static void signals(void **state)
{
	uint64_t set = 1 << (SIGINT - 1) | 1 << (SIGCHLD - 1), all = ~0ull;
	uint64_t action[4] = { 0x401000, 0x14000000, 0x402000, 0 };

	(void)state;
	put_at(0, &set, 8);
	put_at(0x10, &all, 8);
	put_at(0x20, action, sizeof(action));
	PRINTS("rt_sigprocmask(SIG_BLOCK, [INT CHLD], NULL, 8) = 0", 0, SYS_rt_sigprocmask,
	       SIG_BLOCK, AT(0), 0, 8);
	PRINTS("rt_sigprocmask(SIG_SETMASK, ~[], NULL, 8) = 0", 0, SYS_rt_sigprocmask, SIG_SETMASK,
	       AT(0x10), 0, 8);
	PRINTS("rt_sigaction(SIGINT, {sa_handler=0x401000, sa_mask=[], "
	       "sa_flags=SA_RESTORER|SA_RESTART, sa_restorer=0x402000}, NULL, 8) = 0",
	       0, SYS_rt_sigaction, SIGINT, AT(0x20), 0, 8);
}

static void times(void **state)
{
	struct timespec t = { 1, 500 };

	(void)state;
	put_at(0, &t, sizeof(t));
	PRINTS("clock_gettime(CLOCK_MONOTONIC, {tv_sec=1, tv_nsec=500}) = 0", 0, SYS_clock_gettime,
	       CLOCK_MONOTONIC, AT(0));
	PRINTS("nanosleep({tv_sec=1, tv_nsec=500}, 0x7f0000001000) = 0", 0, SYS_nanosleep, AT(0),
	       AT(0));
	PRINTS("nanosleep({tv_sec=1, tv_nsec=500}, {tv_sec=1, tv_nsec=500}) = -1 EINTR "
	       "(Interrupted system call)",
	       -EINTR, SYS_nanosleep, AT(0), AT(0));
}

static void sockets(void **state)
{
	struct sockaddr_in in = { .sin_family = AF_INET,
				  .sin_port = htons(80),
				  .sin_addr = { htonl(INADDR_LOOPBACK) } };
	struct sockaddr_un un = { AF_UNIX, "/run/x" };
	struct pollfd fds[2] = { { 3, POLLIN, POLLIN | POLLHUP }, { 4, POLLOUT, 0 } };
	uint64_t iov[2][2] = { { AT(0x300), 5 }, { AT(0x300), 2 } };
	int one = 1;

	(void)state;
	put_at(0, &in, sizeof(in));
	put_at(0x100, &un, sizeof(un));
	put_at(0x200, fds, sizeof(fds));
	text(0x300, "hello");
	put_at(0x400, iov, sizeof(iov));
	put_at(0x500, &one, 4);
	PRINTS("socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, 0) = 3", 3, SYS_socket, AF_INET,
	       SOCK_STREAM | SOCK_CLOEXEC, 0);
	PRINTS("connect(3, {sa_family=AF_INET, sin_port=htons(80), "
	       "sin_addr=inet_addr(\"127.0.0.1\")}, 16) = 0",
	       0, SYS_connect, 3, AT(0), 16);
	PRINTS("bind(3, {sa_family=AF_UNIX, sun_path=\"/run/x\"}, 110) = 0", 0, SYS_bind, 3,
	       AT(0x100), 110);
	PRINTS("setsockopt(3, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0", 0, SYS_setsockopt, 3,
	       SOL_SOCKET, SO_REUSEADDR, AT(0x500), 4);
	PRINTS("poll([{fd=3, events=POLLIN, revents=POLLIN|POLLHUP}, {fd=4, events=POLLOUT}], 2, "
	       "-1) = 1",
	       1, SYS_poll, AT(0x200), 2, -1);
	PRINTS("writev(1, [{iov_base=\"hello\", iov_len=5}, {iov_base=\"he\", iov_len=2}], 2) = 7",
	       7, SYS_writev, 1, AT(0x400), 2);
	PRINTS("readv(1, [{iov_base=\"hel\", iov_len=5}, {iov_base=\"\", iov_len=2}], 2) = 3", 3,
	       SYS_readv, 1, AT(0x400), 2);
}

static void commands(void **state)
{
	uint16_t window[4] = { 24, 80, 0, 0 };

	(void)state;
	put_at(0, window, sizeof(window));
	PRINTS("ioctl(1, TIOCGWINSZ, {ws_row=24, ws_col=80, ws_xpixel=0, ws_ypixel=0}) = 0", 0,
	       SYS_ioctl, 1, TIOCGWINSZ, AT(0));
	PRINTS("ioctl(1, _IOC(_IOC_READ, 0xde, 0xad, 0x10), 0x5) = -1 ENOTTY (Inappropriate ioctl "
	       "for device)",
	       -ENOTTY, SYS_ioctl, 1, _IOC(_IOC_READ, 0xde, 0xad, 0x10), 5);
	PRINTS("fcntl(1, F_GETFL) = 0x8002 (flags O_RDWR|O_LARGEFILE)", 0100002, SYS_fcntl, 1,
	       F_GETFL, 99);
	PRINTS("fcntl(1, F_SETFD, FD_CLOEXEC) = 0", 0, SYS_fcntl, 1, F_SETFD, FD_CLOEXEC);
	PRINTS("futex(0x1000, FUTEX_WAKE|FUTEX_PRIVATE_FLAG, 1) = 0", 0, SYS_futex, 0x1000,
	       FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1);
	PRINTS("prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) = 0", 0, SYS_prctl, 1, SIGKILL);
}

static void without_memory(void **state)
{
	(void)state;
	expect("openat(AT_FDCWD, 0x7f0000001000, O_RDONLY) = 3", NULL, true, 3, SYS_openat,
	       ARGS(AT_FDCWD, AT(0)));
	expect("poll(0x7f0000001000, 1, 0) = 1", NULL, true, 1, SYS_poll, ARGS(AT(0), 1));
}

static void unknown_numbers(void **state)
{
	(void)state;
	expect("syscall_0x1ff(0x1, 0x2, 0x3, 0x4, 0x5, 0x6) = -1 ENOSYS (Function not implemented)",
	       &mem, true, -ENOSYS, 0x1ff, ARGS(1, 2, 3, 4, 5, 6));
}

/* Every row prints, whatever its arguments. */
static void nonsense(void **state)
{
	(void)state;
	for (int nr = 0; nr < 480; nr++)
		for (int i = 0; i < 4; i++) {
			uint64_t v = (const uint64_t[]){ 0, ~0ull, AT(0), AT(0x1ffc) }[i];
			struct sys_call call = { nr, { v, v, v, v, v, v } };
			struct buf out = { 0 };

			assert_int_equal(sys_print(&call, &mem, true, i * 1000, &out), 0);
			assert_int_equal(sys_print(&call, NULL, true, -i, &out), 0);
			buf_deinit(&out);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files),	  cmocka_unit_test(data),
		cmocka_unit_test(memory),	  cmocka_unit_test(processes),
		cmocka_unit_test(signals),	  cmocka_unit_test(times),
		cmocka_unit_test(sockets),	  cmocka_unit_test(commands),
		cmocka_unit_test(without_memory), cmocka_unit_test(unknown_numbers),
		cmocka_unit_test(nonsense),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
