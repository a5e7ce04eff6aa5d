// SPDX-License-Identifier: MIT
// Code overwrites an instruction of its own block, a little ahead.
#include <sys/mman.h>

#include "check.h"

int main(void)
{
	/*
	 *	 0: movb $7, 9(%rip)	-> the immediate at 17
	 *	 7: nop * 9
	 *	16: mov $1, %eax
	 *	21: ret
	 */
	static const uint8_t code[] = {
		0xc6, 0x05, 10, 0, 0, 0, 7, 0x90, 0x90, 0x90, 0x90,
		0x90, 0x90, 0x90, 0x90, 0x90, 0xb8, 1, 0, 0, 0, 0xc3,
	};
	uint8_t *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(p != MAP_FAILED);
	memcpy(p, code, sizeof(code));
	CHECK(((int (*)(void))p)() == 7);
	p[17] = 9;
	p[6] = 11;
	CHECK(((int (*)(void))p)() == 11);
	return 0;
}
