// SPDX-License-Identifier: MIT
// A child leads a group, another one a session.
#include "check.h"

static int leader(void)
{
	CHECK(!setpgid(0, 0));
	CHECK(getpgrp() == getpid());
	CHECK(getpgid(getppid()) != getpid());
	return 0;
}

static int session(void)
{
	CHECK(setsid() == getpid());
	CHECK(getsid(0) == getpid() && getpgrp() == getpid());
	CHECK(setsid() == -1 && errno == EPERM);
	return 0;
}

int main(void)
{
	CHECK(wait_for(spawn(leader)) == 0);
	CHECK(wait_for(spawn(session)) == 0);
	return 0;
}
