// SPDX-License-Identifier: MIT
// siglongjmp leaves a handler and restores the mask, many times.
#include <setjmp.h>

#include "check.h"

static sigjmp_buf back;

static void on_signal(int signo)
{
	siglongjmp(back, signo);
}

int main(void)
{
	volatile int n = 0;
	sigset_t now;

	signal(SIGUSR1, on_signal);
	while (n < 100)
		if (!sigsetjmp(back, 1))
			raise(SIGUSR1);
		else
			n++;
	sigprocmask(SIG_SETMASK, NULL, &now);
	CHECK(!sigismember(&now, SIGUSR1));
	return 0;
}
