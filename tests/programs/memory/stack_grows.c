// SPDX-License-Identifier: MIT
// Deep recursion: the stack grows by itself, by more than a megabyte.
#include "check.h"

static uint64_t deep(uint64_t n)
{
	volatile char frame[1024];

	frame[n % 1024] = (char)n;
	return n ? deep(n - 1) + (uint64_t)(frame[n % 1024] != 0) : 0;
}

int main(void)
{
	printf("%llu\n", (unsigned long long)deep(3000));
	return 0;
}
