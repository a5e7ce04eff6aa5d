// SPDX-License-Identifier: MIT
// Signals come at any moment while a program makes calls that need no stop: on the way
// into one, while its output is put aside, behind it. Each call has to be made once,
// and each handler has to run at the same place in replay.
#include <sys/mman.h>
#include <sys/time.h>

#include "check.h"

#define BYTES	65536
#define SIGNALS 400

static volatile unsigned n, where[SIGNALS];
static volatile unsigned long calls;
static uint8_t buf[BYTES];

static void on_alarm(int signo, siginfo_t *info, void *context)
{
	(void)signo;
	(void)info;
	(void)context;
	if (n < SIGNALS)
		where[n++] = (unsigned)calls;
}

int main(void)
{
	struct itimerval every = { { 0, 700 }, { 0, 700 } }, off = { { 0, 0 }, { 0, 0 } };
	unsigned long bytes = 0;
	int fd = memfd_create("zeros", 0);

	CHECK(fd >= 0 && !ftruncate(fd, BYTES));
	handle(SIGALRM, on_alarm, SA_RESTART);
	CHECK(!setitimer(ITIMER_REAL, &every, NULL));
	for (unsigned i = 0; n < SIGNALS; i++) {
		size_t size = i % 3 ? i % 97 : BYTES;

		memset(buf, 1, size);
		CHECK(pread(fd, buf, size, 0) == (ssize_t)size);
		CHECK(!size || (!buf[0] && !buf[size - 1]));
		CHECK(getppid() > 0);
		bytes += size;
		calls += 2;
	}
	CHECK(!setitimer(ITIMER_REAL, &off, NULL));
	CHECK(bytes > 0 && calls > 0);
	for (unsigned i = 1; i < SIGNALS; i++)
		CHECK(where[i] >= where[i - 1]);
	return 0;
}
