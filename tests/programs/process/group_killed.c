// SPDX-License-Identifier: MIT
// A signal to a group reaches all of it.
#include "check.h"

static int sleeper(void)
{
	pause();
	return 1;
}

int main(void)
{
	pid_t first = spawn(sleeper), second = spawn(sleeper);

	CHECK(!setpgid(first, first));
	CHECK(!setpgid(second, first));
	CHECK(!kill(-first, SIGTERM));
	CHECK(WTERMSIG(wait_for(first)) == SIGTERM);
	CHECK(WTERMSIG(wait_for(second)) == SIGTERM);
	return 0;
}
