// SPDX-License-Identifier: MIT
// CPUID answers; all four registers are written.
// output: varies
#include <cpuid.h>

#include "check.h"

int main(void)
{
	for (unsigned leaf = 0; leaf < 0x10; leaf++) {
		unsigned a, b, c, d;

		__cpuid_count(leaf, 0, a, b, c, d);
		printf("%x: %x %x %x %x\n", leaf, a, b, c, d);
	}
	return 0;
}
