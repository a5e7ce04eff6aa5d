// SPDX-License-Identifier: MIT
// read(2) fills memory with code that has been executed before.
#include <sys/mman.h>

#include "check.h"

int main(void)
{
	uint8_t code[] = { 0xb8, 0, 0, 0, 0, 0xc3 };
	uint8_t *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int fds[2];

	CHECK(p != MAP_FAILED && !pipe(fds));
	for (uint32_t i = 0; i < 20; i++) {
		memcpy(code + 1, &i, 4);
		CHECK(write(fds[1], code, sizeof(code)) == sizeof(code));
		CHECK(read(fds[0], p, sizeof(code)) == sizeof(code));
		CHECK(((uint32_t(*)(void))p)() == i);
	}
	return 0;
}
