// SPDX-License-Identifier: MIT
// Handlers are gone behind an exec, ignored signals and the mask stay.
#include "check.h"

static void on_signal(int signo)
{
	(void)signo;
}

int main(int argc, char **argv)
{
	struct sigaction action;
	sigset_t set;

	(void)argv;
	if (argc == 1) {
		signal(SIGUSR1, on_signal);
		signal(SIGUSR2, SIG_IGN);
		sigemptyset(&set);
		sigaddset(&set, SIGTERM);
		sigprocmask(SIG_SETMASK, &set, NULL);
		execl("/proc/self/exe", "self", "second", (char *)NULL);
	}
	CHECK(argc == 2);
	CHECK(!sigaction(SIGUSR1, NULL, &action) && action.sa_handler == SIG_DFL);
	CHECK(!sigaction(SIGUSR2, NULL, &action) && action.sa_handler == SIG_IGN);
	sigprocmask(SIG_SETMASK, NULL, &set);
	CHECK(sigismember(&set, SIGTERM) && !sigismember(&set, SIGUSR1));
	return 0;
}
