// SPDX-License-Identifier: MIT
// Parent and child send each other signals, a hundred times.
#include "check.h"

static volatile int count;

static void on_signal(int signo)
{
	(void)signo;
	count++;
}

static void wait_for_one(const sigset_t *open)
{
	int before = count;

	while (count == before)
		sigsuspend(open);
}

int main(void)
{
	sigset_t set, open;
	pid_t pid;

	signal(SIGUSR1, on_signal);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	CHECK(!sigprocmask(SIG_BLOCK, &set, &open));
	pid = fork();
	CHECK(pid >= 0);
	for (int i = 0; i < 100; i++) {
		if (pid)
			CHECK(!kill(pid, SIGUSR1));
		wait_for_one(&open);
		if (!pid)
			CHECK(!kill(getppid(), SIGUSR1));
	}
	if (!pid)
		_exit(0);
	CHECK(wait_for(pid) == 0 && count == 100);
	return 0;
}
