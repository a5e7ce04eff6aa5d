// SPDX-License-Identifier: MIT
// With SIGCHLD ignored there are no zombies; wait waits for all.
#include "check.h"

static int child(void)
{
	return 1;
}

int main(void)
{
	signal(SIGCHLD, SIG_IGN);
	spawn(child);
	spawn(child);
	CHECK(wait(NULL) == -1 && errno == ECHILD);
	return 0;
}
