// SPDX-License-Identifier: MIT
// Other code appears at an address by munmap and mmap, and by mremap.
#include <sys/mman.h>

#include "check.h"

static uint8_t *map_code(void *at, uint32_t value)
{
	uint8_t code[] = { 0xb8, 0, 0, 0, 0, 0xc3 };
	uint8_t *p = mmap(at, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS |
			  (at ? MAP_FIXED : 0), -1, 0);

	CHECK(p != MAP_FAILED);
	memcpy(code + 1, &value, 4);
	memcpy(p, code, sizeof(code));
	CHECK(!mprotect(p, 4096, PROT_READ | PROT_EXEC));
	return p;
}

static uint32_t call(uint8_t *p)
{
	return ((uint32_t(*)(void))p)();
}

int main(void)
{
	uint8_t *a = map_code(NULL, 1), *b = map_code(NULL, 2);

	CHECK(call(a) == 1 && call(b) == 2);
	CHECK(mremap(b, 4096, 4096, MREMAP_MAYMOVE | MREMAP_FIXED, a) == a);
	CHECK(call(a) == 2);
	CHECK(!munmap(a, 4096));
	CHECK(map_code(a, 3) == a && call(a) == 3);
	CHECK(map_code(a, 4) == a && call(a) == 4);
	return 0;
}
