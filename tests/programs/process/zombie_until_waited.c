// SPDX-License-Identifier: MIT
// A dead child can be signalled until it is waited for.
#include "check.h"

static int child(void)
{
	return 1;
}

int main(void)
{
	siginfo_t info;
	pid_t pid = spawn(child);

	CHECK(!waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT));
	CHECK(!kill(pid, 0));
	CHECK(WEXITSTATUS(wait_for(pid)) == 1);
	CHECK(kill(pid, 0) == -1 && errno == ESRCH);
	return 0;
}
