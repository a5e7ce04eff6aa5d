// SPDX-License-Identifier: MIT
// nanosleep says what is left when a signal interrupts it.
#include <sys/time.h>
#include <time.h>

#include "check.h"

static void on_alarm(int signo)
{
	(void)signo;
}

int main(void)
{
	struct sigaction action = { .sa_handler = on_alarm, .sa_flags = SA_RESTART };
	struct itimerval once = { { 0, 0 }, { 0, 30000 } };
	struct timespec wanted = { 5, 0 }, left = { 0, 0 };

	CHECK(!sigaction(SIGALRM, &action, NULL));
	CHECK(!setitimer(ITIMER_REAL, &once, NULL));
	CHECK(nanosleep(&wanted, &left) == -1 && errno == EINTR);
	CHECK(left.tv_sec == 4);
	return 0;
}
