// SPDX-License-Identifier: MIT
// A statically linked program forks, and ends.
#include "check.h"

static int child(void)
{
	puts("static child");
	return 4;
}

int main(void)
{
	CHECK(WEXITSTATUS(wait_for(spawn(child))) == 4);
	puts("static parent");
	return 0;
}
