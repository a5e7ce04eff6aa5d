// SPDX-License-Identifier: MIT
// A write into a pipe without a reader: SIGPIPE, or EPIPE when ignored.
#include "check.h"

static volatile int count;

static void on_pipe(int signo)
{
	(void)signo;
	count++;
}

int main(void)
{
	int fds[2];

	CHECK(!pipe(fds) && !close(fds[0]));
	signal(SIGPIPE, on_pipe);
	CHECK(write(fds[1], "x", 1) == -1 && errno == EPIPE && count == 1);
	signal(SIGPIPE, SIG_IGN);
	CHECK(write(fds[1], "x", 1) == -1 && errno == EPIPE && count == 1);
	return 0;
}
