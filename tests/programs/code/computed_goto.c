// SPDX-License-Identifier: MIT
// An interpreter's dispatch through a table of labels.
#include "check.h"

int main(void)
{
	static void *const labels[] = { &&add, &&twice, &&loop, &&end };
	static const uint8_t program[] = { 0, 1, 0, 2 };
	uint64_t value = 0;
	int n = 0, left = 5000;

next:
	goto *labels[program[n++]];
add:
	value += 3;
	goto next;
twice:
	value = value * 2 % 1000003;
	goto next;
loop:
	n = 0;
	if (left--)
		goto next;
end:
	printf("%llu\n", (unsigned long long)value);
	return 0;
}
