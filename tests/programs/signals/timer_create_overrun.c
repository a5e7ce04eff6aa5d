// SPDX-License-Identifier: MIT
// A POSIX timer's signals, their number and overruns.
// output: varies
#include <time.h>

#include "check.h"

static volatile int count;

static void on_timer(int signo, siginfo_t *info, void *context)
{
	(void)signo;
	(void)context;
	CHECK(info->si_code == SI_TIMER);
	count++;
}

int main(void)
{
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN };
	struct itimerspec spec = { { 0, 5000000 }, { 0, 5000000 } };
	volatile uint64_t spins = 0;
	timer_t timer;

	handle(SIGRTMIN, on_timer, 0);
	CHECK(!timer_create(CLOCK_MONOTONIC, &event, &timer));
	CHECK(!timer_settime(timer, 0, &spec, NULL));
	while (count < 10)
		spins++;
	printf("%llu spins, overrun %d\n", (unsigned long long)spins, timer_getoverrun(timer));
	CHECK(!timer_delete(timer));
	return 0;
}
