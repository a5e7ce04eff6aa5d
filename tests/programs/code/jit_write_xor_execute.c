// SPDX-License-Identifier: MIT
// Code is written, made executable, called, made writable again, in turns.
#include <sys/mman.h>

#include "check.h"

int main(void)
{
	static const uint8_t code[] = { 0xb8, 0, 0, 0, 0, 0xc3 };
	uint8_t *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(p != MAP_FAILED);
	for (uint32_t i = 0; i < 20; i++) {
		CHECK(!mprotect(p, 4096, PROT_READ | PROT_WRITE));
		memcpy(p, code, sizeof(code));
		memcpy(p + 1, &i, 4);
		CHECK(!mprotect(p, 4096, PROT_READ | PROT_EXEC));
		CHECK(((uint32_t(*)(void))p)() == i);
	}
	return 0;
}
