// SPDX-License-Identifier: MIT
// Without SA_RESTART a read ends with EINTR.
#include "check.h"

static volatile int count;

static void on_alarm(int signo)
{
	(void)signo;
	count++;
	alarm(1);
}

int main(void)
{
	struct sigaction action = { .sa_handler = on_alarm };
	int fds[2];
	char c;

	CHECK(!pipe(fds));
	CHECK(!sigaction(SIGALRM, &action, NULL));
	alarm(1);
	CHECK(read(fds[0], &c, 1) == -1 && errno == EINTR);
	CHECK(count == 1);
	CHECK(alarm(0) <= 1);
	return 0;
}
