// SPDX-License-Identifier: MIT
// Queued real-time signals arrive in order with their values.
#include "check.h"

static int got[4], n;

static void on_signal(int signo, siginfo_t *info, void *context)
{
	(void)signo;
	(void)context;
	CHECK(info->si_code == SI_QUEUE && info->si_pid == getpid());
	got[n++] = info->si_value.sival_int;
}

int main(void)
{
	sigset_t set;

	handle(SIGRTMIN + 1, on_signal, 0);
	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN + 1);
	CHECK(!sigprocmask(SIG_BLOCK, &set, NULL));
	for (int i = 0; i < 4; i++)
		CHECK(!sigqueue(getpid(), SIGRTMIN + 1, (union sigval){ .sival_int = i * i }));
	CHECK(!sigprocmask(SIG_UNBLOCK, &set, NULL));
	CHECK(n == 4 && got[0] == 0 && got[1] == 1 && got[2] == 4 && got[3] == 9);
	return 0;
}
