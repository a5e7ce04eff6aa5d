// SPDX-License-Identifier: MIT
// An instruction's immediate is overwritten in a loop; each value is seen.
#include <sys/mman.h>

#include "check.h"

int main(void)
{
	/* mov $imm32, %eax; ret */
	static const uint8_t code[] = { 0xb8, 0, 0, 0, 0, 0xc3 };
	uint8_t *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uint32_t sum = 0;

	CHECK(p != MAP_FAILED);
	memcpy(p, code, sizeof(code));
	for (uint32_t i = 0; i < 300; i++) {
		memcpy(p + 1, &i, 4);
		CHECK(((uint32_t(*)(void))p)() == i);
		sum += i;
	}
	printf("%u\n", sum);
	return 0;
}
