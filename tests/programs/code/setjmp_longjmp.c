// SPDX-License-Identifier: MIT
// longjmp through many frames; volatile locals keep their values.
#include <setjmp.h>

#include "check.h"

static jmp_buf back;

static void deep(int n, int value)
{
	volatile char frame[64];

	frame[0] = (char)n;
	if (!n && value)
		longjmp(back, value);
	if (n)
		deep(n - 1, value);
	frame[1] = frame[0];
}

int main(void)
{
	volatile int sum = 0;
	int value = setjmp(back);

	sum += value;
	if (value < 20)
		deep(50, value + 1);
	CHECK(sum == 210);
	printf("%d\n", sum);
	return 0;
}
