// SPDX-License-Identifier: MIT
// The program itself crashes.
// expect: signal 11
#include "check.h"

int main(void)
{
	puts("before");
	fflush(stdout);
	*(volatile int *)16 = 1;
	return 0;
}
