// SPDX-License-Identifier: MIT
// A blocked signal is pending, and delivered when it is unblocked.
#include "check.h"

static volatile int count;

static void on_signal(int signo, siginfo_t *info, void *context)
{
	(void)signo;
	(void)context;
	CHECK(info->si_pid == getpid());
	count++;
}

int main(void)
{
	sigset_t set, pending;

	handle(SIGUSR1, on_signal, 0);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	CHECK(!sigprocmask(SIG_BLOCK, &set, NULL));
	kill(getpid(), SIGUSR1);
	kill(getpid(), SIGUSR1);
	CHECK(!count && !sigpending(&pending) && sigismember(&pending, SIGUSR1));
	CHECK(!sigprocmask(SIG_UNBLOCK, &set, NULL));
	CHECK(count == 1);
	return 0;
}
