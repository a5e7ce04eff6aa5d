// SPDX-License-Identifier: MIT
// The usual pair: vfork, exec, wait.
#include "check.h"

int main(void)
{
	pid_t pid = vfork();

	if (!pid) {
		execl("/bin/sh", "sh", "-c", "echo from sh; exit 5", (char *)NULL);
		_exit(99);
	}
	CHECK(WEXITSTATUS(wait_for(pid)) == 5);
	return 0;
}
