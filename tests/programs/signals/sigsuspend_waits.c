// SPDX-License-Identifier: MIT
// sigsuspend opens the mask while it waits, and no longer.
#include "check.h"

static volatile int count;

static void on_signal(int signo)
{
	(void)signo;
	count++;
}

static int child(void)
{
	CHECK(!kill(getppid(), SIGUSR1));
	return 0;
}

int main(void)
{
	sigset_t blocked, old, now;
	pid_t pid;

	signal(SIGUSR1, on_signal);
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGUSR1);
	CHECK(!sigprocmask(SIG_BLOCK, &blocked, &old));
	pid = spawn(child);
	CHECK(wait_for(pid) == 0);
	CHECK(!count);
	CHECK(sigsuspend(&old) == -1 && errno == EINTR && count == 1);
	sigprocmask(SIG_SETMASK, NULL, &now);
	CHECK(sigismember(&now, SIGUSR1));
	return 0;
}
