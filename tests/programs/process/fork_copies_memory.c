// SPDX-License-Identifier: MIT
// What a child writes is not seen by its parent, nor the other way round.
#include "check.h"

static int value = 1;

static int child(void)
{
	value += 10;
	return value;
}

int main(void)
{
	pid_t pid = spawn(child);

	value = 2;
	CHECK(WEXITSTATUS(wait_for(pid)) == 11);
	CHECK(value == 2);
	return 0;
}
