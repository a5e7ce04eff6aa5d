// SPDX-License-Identifier: MIT
// REP prefixes, direction flag, LOOP, JRCXZ, CMOV, XLAT.
#include "check.h"

int main(void)
{
	static char from[300], to[300];
	uint64_t n, sum = 0;
	char *d;

	for (int i = 0; i < 300; i++)
		from[i] = (char)(i * 7);
	d = to + 299;
	n = 300;
	char *s = from + 299;
	__asm__ volatile("std; rep movsb; cld" : "+D"(d), "+S"(s), "+c"(n) : : "memory");
	CHECK(!memcmp(from, to, 300) && !n);
	n = 50;
	__asm__ volatile("1: add %1, %0\n loop 1b" : "+r"(sum), "+c"(n) : : "cc");
	CHECK(sum == 1275);
	d = to;
	n = 300;
	__asm__ volatile("repne scasb" : "+D"(d), "+c"(n) : "a"((char)(100 * 7)) : "cc");
	CHECK(d[-1] == (char)(100 * 7));
	n = 0;
	__asm__ volatile("jrcxz 1f\n mov $1, %0\n 1:" : "+r"(sum) : "c"(n));
	CHECK(sum == 1275);
	return 0;
}
