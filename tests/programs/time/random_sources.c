// SPDX-License-Identifier: MIT
// getrandom, RDRAND, RDSEED, AT_RANDOM, /dev/urandom.
// output: varies
#include <cpuid.h>
#include <fcntl.h>
#include <sys/auxv.h>
#include <sys/random.h>

#include "check.h"

static void print_rdrand(void)
{
	unsigned a, b, c, d;
	uint64_t value;
	uint16_t small;
	char ok;

	__cpuid(1, a, b, c, d);
	if (!(c & bit_RDRND))
		return;
	for (int i = 0; i < 20; i++) {
		__asm__ volatile("rdrand %0; setc %1" : "=r"(value), "=q"(ok) : : "cc");
		printf("%llx %d\n", (unsigned long long)value, ok);
	}
	__asm__ volatile("rdrand %0; setc %1" : "=r"(small), "=q"(ok) : : "cc");
	printf("%x %d\n", small, ok);
}

int main(void)
{
	uint64_t a, b;
	int fd = open("/dev/urandom", O_RDONLY);

	CHECK(getrandom(&a, sizeof(a), 0) == sizeof(a));
	CHECK(fd >= 0 && read(fd, &b, sizeof(b)) == sizeof(b));
	printf("%llx %llx\n", (unsigned long long)a, (unsigned long long)b);
	memcpy(&a, (void *)getauxval(AT_RANDOM), sizeof(a));
	printf("%llx\n", (unsigned long long)a);
	print_rdrand();
	return 0;
}
