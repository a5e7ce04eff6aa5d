// SPDX-License-Identifier: MIT
// A function that replaces its return address returns elsewhere.
#include "check.h"

int main(void)
{
	uint64_t way = 0;

	__asm__ volatile("lea -128(%%rsp), %%rsp\n"
			 "call 1f\n"
			 "mov $1, %0\n"
			 "jmp 3f\n"
			 "1: lea 2f(%%rip), %%rax\n"
			 "mov %%rax, (%%rsp)\n"
			 "ret\n"
			 "2: mov $2, %0\n"
			 "3: lea 128(%%rsp), %%rsp\n"
			 : "+r"(way)
			 :
			 : "rax", "memory");
	CHECK(way == 2);
	return 0;
}
