// SPDX-License-Identifier: MIT
// posix_spawn() of a missing program reports ENOENT, of a present one runs it.
#include <spawn.h>

#include "check.h"

int main(void)
{
	char *argv[] = { "sh", "-c", "exit 21", NULL };
	pid_t pid;

	CHECK(posix_spawn(&pid, "/no/such/program", NULL, NULL, argv, environ) == ENOENT);
	CHECK(!posix_spawnp(&pid, "sh", NULL, NULL, argv, environ));
	CHECK(WEXITSTATUS(wait_for(pid)) == 21);
	return 0;
}
