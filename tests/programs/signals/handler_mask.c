// SPDX-License-Identifier: MIT
// sa_mask and the signal itself are blocked in a handler; SA_NODEFER, RESETHAND.
#include "check.h"

static volatile int depth, deepest;

static void on_signal(int signo)
{
	sigset_t now;

	sigprocmask(SIG_SETMASK, NULL, &now);
	if (signo == SIGUSR1)
		CHECK(sigismember(&now, SIGUSR1) && sigismember(&now, SIGUSR2));
	if (signo == SIGUSR2) {
		CHECK(!sigismember(&now, SIGUSR2));
		if (++depth > deepest)
			deepest = depth;
		if (depth < 3)
			raise(SIGUSR2);
		depth--;
	}
}

int main(void)
{
	struct sigaction action = { .sa_handler = on_signal };

	sigaddset(&action.sa_mask, SIGUSR2);
	CHECK(!sigaction(SIGUSR1, &action, NULL));
	raise(SIGUSR1);
	sigemptyset(&action.sa_mask);
	action.sa_flags = SA_NODEFER;
	CHECK(!sigaction(SIGUSR2, &action, NULL));
	raise(SIGUSR2);
	CHECK(deepest == 3);
	action.sa_flags = (int)SA_RESETHAND;
	CHECK(!sigaction(SIGTERM, &action, NULL));
	raise(SIGTERM);
	CHECK(!sigaction(SIGTERM, NULL, &action) && action.sa_handler == SIG_DFL);
	return 0;
}
