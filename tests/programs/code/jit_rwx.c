// SPDX-License-Identifier: MIT
// Many small functions are generated into one RWX mapping and called.
#include <sys/mman.h>

#include "check.h"

#define FUNCTIONS 500

/* lea imm32(%rdi), %rax; ret */
static void emit(uint8_t *at, int32_t add)
{
	static const uint8_t code[] = { 0x48, 0x8d, 0x87, 0, 0, 0, 0, 0xc3 };

	memcpy(at, code, sizeof(code));
	memcpy(at + 3, &add, 4);
}

int main(void)
{
	uint8_t *p = mmap(NULL, FUNCTIONS * 16, PROT_READ | PROT_WRITE | PROT_EXEC,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uint64_t value = 0;

	CHECK(p != MAP_FAILED);
	for (int i = 0; i < FUNCTIONS; i++) {
		emit(p + i * 16, i);
		for (int j = 0; j <= i; j += 50)
			value = ((uint64_t(*)(uint64_t))(p + j * 16))(value);
	}
	printf("%llu\n", (unsigned long long)value);
	return 0;
}
