// SPDX-License-Identifier: MIT
// A vfork child runs first, in its parent's memory.
#include "check.h"

static volatile int value = 1;

int main(void)
{
	pid_t pid = vfork();

	if (!pid) {
		value = 7;
		_exit(3);
	}
	CHECK(pid > 0);
	CHECK(value == 7);
	CHECK(WEXITSTATUS(wait_for(pid)) == 3);
	return 0;
}
