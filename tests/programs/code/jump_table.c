// SPDX-License-Identifier: MIT
// A dense switch, called through function pointers in turn.
#include "check.h"

static uint32_t step(uint32_t op, uint32_t x)
{
	switch (op % 9) {
	case 0: return x + 1;
	case 1: return x * 3;
	case 2: return x ^ 0x55aa;
	case 3: return x << 1;
	case 4: return x >> 1;
	case 5: return ~x;
	case 6: return x - op;
	case 7: return x | 16;
	default: return x & 0xffffff;
	}
}

static uint32_t back(uint32_t op, uint32_t x)
{
	return step(op * 7, x) + 1;
}

int main(void)
{
	static uint32_t (*const functions[])(uint32_t, uint32_t) = { step, back };
	uint32_t x = 1;

	for (uint32_t i = 0; i < 20000; i++)
		x = functions[x & 1](i, x);
	printf("%x\n", x);
	return 0;
}
