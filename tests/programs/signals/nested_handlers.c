// SPDX-License-Identifier: MIT
// A handler is interrupted by another signal's handler.
#include "check.h"

static volatile char order[8];
static volatile int n;

static void inner(int signo, siginfo_t *info, void *context)
{
	(void)signo;
	(void)info;
	(void)context;
	order[n++] = 'i';
}

static void outer(int signo, siginfo_t *info, void *context)
{
	(void)signo;
	(void)info;
	(void)context;
	order[n++] = '<';
	raise(SIGUSR2);
	order[n++] = '>';
}

int main(void)
{
	handle(SIGUSR1, outer, 0);
	handle(SIGUSR2, inner, 0);
	raise(SIGUSR1);
	CHECK(n == 3 && order[0] == '<' && order[1] == 'i' && order[2] == '>');
	return 0;
}
