// SPDX-License-Identifier: MIT
// Children die of various signals; their parent sees of which.
#include <sys/prctl.h>

#include "check.h"

static int signo;

static int child(void)
{
	raise(signo);
	return 1;
}

static int crash(void)
{
	*(volatile int *)8 = 1;
	return 1;
}

int main(void)
{
	static const int signals[] = { SIGHUP, SIGINT, SIGQUIT, SIGABRT, SIGKILL, SIGTERM,
				       SIGUSR1, SIGPIPE, SIGALRM, SIGXCPU };

	for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++) {
		int status;

		signo = signals[i];
		status = wait_for(spawn(child));
		CHECK(WIFSIGNALED(status) && WTERMSIG(status) == signo);
	}
	CHECK(WTERMSIG(wait_for(spawn(crash))) == SIGSEGV);
	return 0;
}
