// SPDX-License-Identifier: MIT
// A timerfd's expirations.
// output: varies
#include <sys/timerfd.h>

#include "check.h"

int main(void)
{
	struct itimerspec spec = { { 0, 5000000 }, { 0, 5000000 } };
	int fd = timerfd_create(CLOCK_MONOTONIC, 0);
	uint64_t n, sum = 0;

	CHECK(fd >= 0 && !timerfd_settime(fd, 0, &spec, NULL));
	while (sum < 5) {
		CHECK(read(fd, &n, sizeof(n)) == sizeof(n) && n > 0);
		sum += n;
	}
	printf("%llu\n", (unsigned long long)sum);
	return 0;
}
