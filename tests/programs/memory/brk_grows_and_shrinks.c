// SPDX-License-Identifier: MIT
// The heap's end moves both ways; what comes back is zero.
#include "check.h"

int main(void)
{
	char *start = sbrk(0);

	CHECK(sbrk(5 * 4096) == start);
	memset(start, 7, 5 * 4096);
	CHECK(!brk(start + 4096));
	CHECK(sbrk(0) == start + 4096);
	CHECK(sbrk(4 * 4096) == start + 4096);
	CHECK(start[0] == 7 && start[8192] == 0);
	return 0;
}
