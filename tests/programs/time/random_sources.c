// SPDX-License-Identifier: MIT
// getrandom, RDRAND, RDSEED, AT_RANDOM, /dev/urandom; the vDSO's getrandom says that
// it cannot, as it would work without a system call.
// output: varies
#include <cpuid.h>
#include <dlfcn.h>
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

/* What getrandom of the vDSO says when it is asked how it wants to be used. */
static void print_vdso_getrandom(void)
{
	void *vdso = dlopen("linux-vdso.so.1", RTLD_LAZY | RTLD_NOLOAD);
	long (*f)(void *, size_t, unsigned, void *, size_t) = NULL;
	uint32_t how[16] = { 0 };

	if (vdso)
		*(void **)&f = dlsym(vdso, "__vdso_getrandom");
	if (f)
		printf("vDSO: %ld\n", f(NULL, 0, 0, how, ~(size_t)0));
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
	print_vdso_getrandom();
	return 0;
}
