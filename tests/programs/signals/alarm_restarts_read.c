// SPDX-License-Identifier: MIT
// A timer fires twice while one read waits; the second time it feeds it.
#include <sys/time.h>

#include "check.h"

static volatile int count;
static int fds[2];

static void on_alarm(int signo)
{
	(void)signo;
	if (++count == 3)
		CHECK(write(fds[1], "y", 1) == 1);
}

int main(void)
{
	struct sigaction action = { .sa_handler = on_alarm, .sa_flags = SA_RESTART };
	struct itimerval interval = { { 0, 20000 }, { 0, 20000 } }, off = { 0 };
	char c = 0;

	CHECK(!pipe(fds));
	CHECK(!sigaction(SIGALRM, &action, NULL));
	CHECK(!setitimer(ITIMER_REAL, &interval, NULL));
	CHECK(read(fds[0], &c, 1) == 1 && c == 'y');
	CHECK(!setitimer(ITIMER_REAL, &off, NULL));
	CHECK(count >= 3);
	return 0;
}
