// SPDX-License-Identifier: MIT
// A signal ends a loop that has no conditional branch, so no tick tells when.
// output: varies
#include <sys/time.h>

#include "check.h"

static volatile long count;

static void on_alarm(int signo)
{
	(void)signo;
	CHECK(count > 0);
	printf("count %ld\n", count);
	exit(0);
}

int main(void)
{
	struct itimerval soon = { { 0, 0 }, { 0, 20000 } };

	signal(SIGALRM, on_alarm);
	CHECK(!setitimer(ITIMER_REAL, &soon, NULL));
	for (;;)
		count++;
}
