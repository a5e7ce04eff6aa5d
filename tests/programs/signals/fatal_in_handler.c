// SPDX-License-Identifier: MIT
// A handler crashes: the second SIGSEGV is blocked and kills.
// expect: signal 11
#include "check.h"

static void on_fault(int signo)
{
	(void)signo;
	CHECK(write(STDOUT_FILENO, "handler\n", 8) == 8);
	*(volatile int *)24 = 1;
}

int main(void)
{
	signal(SIGSEGV, on_fault);
	*(volatile int *)16 = 1;
	return 0;
}
