// SPDX-License-Identifier: MIT
// Process, thread, user and group numbers are the same whenever asked.
// output: varies
#include <sys/syscall.h>

#include "check.h"

int main(void)
{
	pid_t pid = getpid();
	uid_t real, effective, saved;

	CHECK(syscall(SYS_gettid) == pid && syscall(SYS_getpid) == pid);
	// A group or session whose leader is outside the PID namespace has number 0.
	CHECK(getppid() >= 0 && getpgrp() >= 0 && getsid(0) >= 0);
	CHECK(!getresuid(&real, &effective, &saved) && real == getuid());
	printf("%d %d %u\n", pid, getppid(), real);
	return 0;
}
