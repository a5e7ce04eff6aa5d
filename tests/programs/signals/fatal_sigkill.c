// SPDX-License-Identifier: MIT
// The program kills itself.
// expect: signal 9
#include "check.h"

int main(void)
{
	puts("going");
	fflush(stdout);
	kill(getpid(), SIGKILL);
	return 0;
}
