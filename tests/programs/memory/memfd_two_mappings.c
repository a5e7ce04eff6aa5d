// SPDX-License-Identifier: MIT
// Two mappings of one memfd are the same memory.
#include <sys/mman.h>

#include "check.h"

int main(void)
{
	int fd = memfd_create("two", 0);
	char *a, *b, c;

	CHECK(fd >= 0 && !ftruncate(fd, 4096));
	a = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	b = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
	CHECK(a != MAP_FAILED && b != MAP_FAILED && a != b);
	for (int i = 0; i < 4096; i++) {
		a[i] = (char)i;
		CHECK(b[i] == (char)i);
	}
	CHECK(pread(fd, &c, 1, 77) == 1 && c == 77);
	return 0;
}
