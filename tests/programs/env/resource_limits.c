// SPDX-License-Identifier: MIT
// Limits are read, lowered and obeyed.
#include <fcntl.h>
#include <sys/resource.h>

#include "check.h"

int main(void)
{
	struct rlimit limit, files = { 16, 16 };

	CHECK(!getrlimit(RLIMIT_STACK, &limit) && limit.rlim_cur > 0);
	CHECK(!setrlimit(RLIMIT_NOFILE, &files));
	CHECK(!getrlimit(RLIMIT_NOFILE, &limit) && limit.rlim_cur == 16);
	CHECK(dup2(0, 15) == 15 && dup2(0, 16) == -1 && errno == EBADF);
	CHECK(!prlimit(0, RLIMIT_CORE, NULL, &limit));
	return 0;
}
