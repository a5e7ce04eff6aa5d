// SPDX-License-Identifier: MIT
// A timer interrupts a busy loop three times; the counts at which it does are
// printed, and must be the same in the replay.
// output: varies
#include <sys/time.h>

#include "check.h"

static volatile uint64_t count, at[3];
static volatile int n;

static void on_alarm(int signo)
{
	(void)signo;
	if (n < 3)
		at[n++] = count;
}

int main(void)
{
	struct itimerval interval = { { 0, 20000 }, { 0, 20000 } };

	signal(SIGALRM, on_alarm);
	CHECK(!setitimer(ITIMER_REAL, &interval, NULL));
	while (n < 3)
		count++;
	for (int i = 0; i < 3; i++)
		printf("%llu\n", (unsigned long long)at[i]);
	return 0;
}
