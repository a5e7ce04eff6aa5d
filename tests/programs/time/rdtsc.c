// SPDX-License-Identifier: MIT
// RDTSC and RDTSCP: increasing, and the same in the replay.
// output: varies
#include <x86intrin.h>

#include "check.h"

int main(void)
{
	uint64_t last = 0, first = __rdtsc();
	unsigned cpu;

	for (int i = 0; i < 100; i++) {
		uint64_t now = i & 1 ? __rdtsc() : __rdtscp(&cpu);

		CHECK(now >= last);
		last = now;
	}
	printf("%llx %llx %x\n", (unsigned long long)first, (unsigned long long)last, cpu);
	return 0;
}
