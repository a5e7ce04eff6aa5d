// SPDX-License-Identifier: MIT
// nanosleep and clock_nanosleep.
// output: varies
#include <time.h>

#include "check.h"

static int64_t now_ns(void)
{
	struct timespec now;

	CHECK(!clock_gettime(CLOCK_MONOTONIC, &now));
	return now.tv_sec * 1000000000 + now.tv_nsec;
}

int main(void)
{
	struct timespec little = { 0, 20000000 };
	int64_t before = now_ns();

	CHECK(!nanosleep(&little, NULL));
	CHECK(!clock_nanosleep(CLOCK_MONOTONIC, 0, &little, NULL));
	CHECK(now_ns() - before >= 40000000);
	printf("%lld\n", (long long)(now_ns() - before));
	return 0;
}
