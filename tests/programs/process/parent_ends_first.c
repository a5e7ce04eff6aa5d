// SPDX-License-Identifier: MIT
// The first process ends while its child still runs; the child's output may be
// last.
#include "check.h"

static int gate[2];

static int child(void)
{
	char c;

	close(gate[1]);
	CHECK(read(gate[0], &c, 1) == 0);
	return 0;
}

int main(void)
{
	CHECK(!pipe(gate));
	spawn(child);
	puts("parent ends");
	return 0;
}
