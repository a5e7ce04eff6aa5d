// SPDX-License-Identifier: MIT
// ITIMER_VIRTUAL and a POSIX timer on the process's CPU time interrupt
// computations; where they do is printed.
// output: varies
#include <sys/time.h>
#include <time.h>

#include "check.h"

static volatile uint64_t value = 1;
static volatile int fired;

static void on_timer(int signo, siginfo_t *info, void *context)
{
	(void)context;
	printf("%s at %llx\n", signo == SIGVTALRM ? "virtual" : "posix", (unsigned long long)value);
	if (signo == SIGUSR1)
		CHECK(info->si_code == SI_TIMER && info->si_value.sival_int == 31);
	fired++;
}

int main(void)
{
	struct itimerval once = { { 0, 0 }, { 0, 20000 } };
	struct itimerspec spec = { { 0, 0 }, { 0, 20000000 } };
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1 };
	timer_t timer;

	handle(SIGVTALRM, on_timer, 0);
	handle(SIGUSR1, on_timer, 0);
	CHECK(!setitimer(ITIMER_VIRTUAL, &once, NULL));
	while (!fired)
		value = value * 3 + 1;
	event.sigev_value.sival_int = 31;
	CHECK(!timer_create(CLOCK_PROCESS_CPUTIME_ID, &event, &timer));
	CHECK(!timer_settime(timer, 0, &spec, NULL));
	while (fired < 2)
		value = value * 3 + 1;
	CHECK(!timer_delete(timer));
	return 0;
}
