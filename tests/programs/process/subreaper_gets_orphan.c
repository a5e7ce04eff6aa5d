// SPDX-License-Identifier: MIT
// PR_SET_CHILD_SUBREAPER: an orphaned grandchild becomes a child.
#include <sys/prctl.h>

#include "check.h"

static int grandchild(void)
{
	return 12;
}

static int child(void)
{
	spawn(grandchild);
	return 11;
}

int main(void)
{
	int seen = 0, status;

	CHECK(!prctl(PR_SET_CHILD_SUBREAPER, 1));
	spawn(child);
	while (waitpid(-1, &status, 0) > 0)
		seen += WEXITSTATUS(status);
	CHECK(errno == ECHILD && seen == 23);
	return 0;
}
