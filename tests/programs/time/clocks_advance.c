// SPDX-License-Identifier: MIT
// The clocks of the vDSO never go back; their values are printed.
// output: varies
#include <sys/time.h>
#include <time.h>

#include "check.h"

int main(void)
{
	struct timespec last = { 0, 0 }, now, resolution;
	struct timeval tv;

	for (int i = 0; i < 200; i++) {
		CHECK(!clock_gettime(CLOCK_MONOTONIC, &now));
		CHECK(now.tv_sec > last.tv_sec ||
		      (now.tv_sec == last.tv_sec && now.tv_nsec >= last.tv_nsec));
		last = now;
	}
	CHECK(!gettimeofday(&tv, NULL) && !clock_getres(CLOCK_REALTIME, &resolution));
	CHECK(labs(time(NULL) - tv.tv_sec) <= 1);
	printf("%ld.%09ld %ld.%06ld %ld\n", last.tv_sec, last.tv_nsec, tv.tv_sec, tv.tv_usec,
	       resolution.tv_nsec);
	CHECK(!clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now));
	printf("%ld.%09ld\n", now.tv_sec, now.tv_nsec);
	return 0;
}
