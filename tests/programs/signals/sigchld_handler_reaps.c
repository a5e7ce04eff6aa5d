// SPDX-License-Identifier: MIT
// SIGCHLD's handler waits for the children, whose siginfo it prints.
#include "check.h"

static volatile int reaped;

static void on_child(int signo, siginfo_t *info, void *context)
{
	int status;

	(void)signo;
	(void)context;
	CHECK(info->si_code == CLD_EXITED);
	while (waitpid(-1, &status, WNOHANG) > 0)
		reaped += WEXITSTATUS(status);
}

static int child(void)
{
	return 5;
}

int main(void)
{
	sigset_t set, old;

	handle(SIGCHLD, on_child, SA_RESTART);
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	CHECK(!sigprocmask(SIG_BLOCK, &set, &old));
	for (int i = 0; i < 4; i++)
		spawn(child);
	while (reaped < 20)
		sigsuspend(&old);
	printf("%d\n", reaped);
	return 0;
}
