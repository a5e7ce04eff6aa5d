// SPDX-License-Identifier: MIT
// clone(2) itself stores the child's number in the parent's memory and in the
// child's.
#include <sched.h>
#include <sys/syscall.h>

#include "check.h"

int main(void)
{
	static pid_t in_parent, in_child;
	long flags = CLONE_PARENT_SETTID | CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID | SIGCHLD;
	long pid = syscall(SYS_clone, flags, NULL, &in_parent, &in_child, 0);

	CHECK(pid >= 0);
	if (!pid)
		_exit(in_child == getpid() && !in_parent ? 8 : 1);
	CHECK(in_parent == pid && in_child == 0);
	CHECK(WEXITSTATUS(wait_for((pid_t)pid)) == 8);
	return 0;
}
