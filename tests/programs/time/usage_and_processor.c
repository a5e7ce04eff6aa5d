// SPDX-License-Identifier: MIT
// getcpu, getrusage, times, sched_getaffinity.
// output: varies
#include <sched.h>
#include <sys/resource.h>
#include <sys/times.h>

#include "check.h"

int main(void)
{
	struct rusage usage;
	struct tms tms;
	cpu_set_t set;
	unsigned cpu, node;

	CHECK(!getcpu(&cpu, &node));
	CHECK(!sched_getaffinity(0, sizeof(set), &set) && CPU_COUNT(&set) > 0);
	CHECK(!getrusage(RUSAGE_SELF, &usage) && times(&tms) != (clock_t)-1);
	printf("%u %u %d %ld %ld\n", cpu, node, CPU_COUNT(&set), usage.ru_utime.tv_usec,
	       usage.ru_minflt);
	return 0;
}
