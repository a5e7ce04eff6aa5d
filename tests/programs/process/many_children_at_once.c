// SPDX-License-Identifier: MIT
// Twenty children compute at the same time; all results arrive.
#include "check.h"

static int fds[2];

static int child(void)
{
	uint64_t x = 1;

	for (int i = 0; i < 20000; i++)
		x = x * 6364136223846793005u + 1442695040888963407u;
	CHECK(write(fds[1], &x, sizeof(x)) == sizeof(x));
	return 0;
}

int main(void)
{
	uint64_t first = 0, x;

	CHECK(!pipe(fds));
	for (int i = 0; i < 20; i++)
		spawn(child);
	for (int i = 0; i < 20; i++) {
		CHECK(read(fds[0], &x, sizeof(x)) == sizeof(x));
		CHECK(!i || x == first);
		first = x;
	}
	for (int i = 0; i < 20; i++)
		CHECK(wait(NULL) > 0);
	printf("%llx\n", (unsigned long long)first);
	return 0;
}
