// SPDX-License-Identifier: MIT
// Many calls one after the other, with every kind of result: they need no stop, and
// all of them have to be there in replay, in their order and with their data.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "check.h"

#define BYTES (1u << 20)

static uint32_t sum;

static void add(const void *data, size_t n)
{
	const uint8_t *p = data;

	while (n--)
		sum = sum * 31 + *p++;
}

/* The arithmetic flags, DF and R11 behind a SYSCALL that found `flags`. */
static uint64_t flags_behind(uint64_t flags, long nr, long a, long b, long c, long *result)
{
	uint64_t r11, after;

	__asm__ volatile("pushq %[flags]\n\tpopfq\n\tsyscall\n\tpushfq\n\tcld\n\tpopq %[after]\n\t"
			 "movq %%r11, %[r11]"
			 : "=a"(*result), [r11] "=&r"(r11), [after] "=&r"(after)
			 : [flags] "r"(flags), "a"(nr), "D"(a), "S"(b), "d"(c)
			 : "rcx", "r11", "memory", "cc");
	CHECK(r11 == flags && after == flags);
	return after;
}

static void flags_and_registers(int fd, uint8_t *buf)
{
	static const uint64_t flags[] = { 0x202, 0xad7, 0x203, 0xa02, 0x646, 0x602, 0x296 };
	long result;

	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		flags_behind(flags[i], SYS_pread64, fd, (long)buf, 100, &result);
		flags_behind(flags[i], SYS_getppid, 0, 0, 0, &result);
		CHECK(result == getppid());
		flags_behind(flags[i], SYS_read, -1, (long)buf, 100, &result);
		CHECK(result == -EBADF);
	}
}

static void all_sizes(int fd, uint8_t *buf)
{
	CHECK(lseek(fd, 0, SEEK_SET) == 0);
	for (size_t n = 0; n < 3000; n += 7) {
		ssize_t got = read(fd, buf, n);

		CHECK(got >= 0);
		add(buf, (size_t)got);
	}
	/* More than fits between two stops. */
	for (int i = 0; i < 5; i++) {
		CHECK(pread(fd, buf, BYTES - 8, i) == BYTES - 8);
		add(buf, BYTES - 8);
	}
	CHECK(pread(fd, buf, BYTES, BYTES) == 0);
}

static void failures(int fd, uint8_t *buf)
{
	uint8_t *hole =
		mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct stat st;

	CHECK(hole != MAP_FAILED && !munmap(hole + 4096, 4096));
	for (int i = 0; i < 50; i++) {
		CHECK(read(-1, buf, 10) == -1 && errno == EBADF);
		CHECK(read(fd, NULL, 0) == 0);
		CHECK(syscall(SYS_fstat, fd, NULL) == -1 && errno == EFAULT);
		CHECK(stat("/nowhere", &st) == -1 && errno == ENOENT);
		CHECK(lseek(fd, i, SEEK_SET) == i);
		/* The first half comes, the second faults. */
		memset(hole, 0, 4096);
		CHECK(read(fd, hole + 4000, 200) == 96);
		add(hole, 4096);
	}
	CHECK(syscall(5000, 1, 2, 3) == -1 && errno == ENOSYS);
}

static void many_kinds(int fd, uint8_t *buf)
{
	char name[64];
	struct stat st;
	sigset_t mask, old;

	sigemptyset(&mask);
	sigaddset(&mask, SIGUSR1);
	for (int i = 0; i < 300; i++) {
		int copy = dup(fd);

		CHECK(copy >= 0 && !fstat(copy, &st) && st.st_size == BYTES);
		CHECK(pread(copy, buf, 64, i * 64) == 64);
		add(buf, 64);
		CHECK(!close(copy) && fcntl(copy, F_GETFD) == -1);
		CHECK(!sigprocmask(SIG_BLOCK, &mask, &old));
		CHECK(!sigprocmask(SIG_SETMASK, &old, NULL));
		CHECK(readlink("/proc/self/exe", name, sizeof(name)) > 0);
		CHECK(getppid() > 0 && umask(022) == (i ? 022u : umask(022)));
	}
}

int main(void)
{
	uint8_t *buf = malloc(BYTES);
	char path[] = "calls-XXXXXX";
	int fd = mkstemp(path);

	CHECK(buf && fd >= 0 && !unlink(path));
	for (size_t i = 0; i < BYTES; i++)
		buf[i] = (uint8_t)(i * i >> 5);
	CHECK(write(fd, buf, BYTES) == BYTES);
	flags_and_registers(fd, buf);
	all_sizes(fd, buf);
	failures(fd, buf);
	many_kinds(fd, buf);
	printf("%08x\n", sum);
	return 0;
}
