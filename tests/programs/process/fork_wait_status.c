// SPDX-License-Identifier: MIT
// A child's exit status arrives at its parent; both print.
#include "check.h"

static int child(void)
{
	printf("child\n");
	return 42;
}

int main(void)
{
	int status = wait_for(spawn(child));

	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 42);
	CHECK(waitpid(-1, &status, 0) == -1 && errno == ECHILD);
	printf("parent\n");
	return 0;
}
