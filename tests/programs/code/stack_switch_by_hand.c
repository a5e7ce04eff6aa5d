// SPDX-License-Identifier: MIT
// RSP moves to other memory, is used, and comes back.
#include "check.h"

static uint64_t other[512] __attribute__((aligned(64)));

__attribute__((used)) static uint64_t on_other_stack(uint64_t a)
{
	volatile uint64_t local = a;

	CHECK((uint64_t *)&local >= other && (uint64_t *)&local < other + 512);
	return local * 2;
}

int main(void)
{
	uint64_t result;

	__asm__ volatile("mov %%rsp, %%rbx\n"
			 "mov %2, %%rsp\n"
			 "call on_other_stack\n"
			 "mov %%rbx, %%rsp\n"
			 : "=a"(result), "+D"((uint64_t){ 21 })
			 : "r"(other + 512)
			 : "rbx", "rcx", "rdx", "rsi", "r8", "r9", "r10", "r11", "cc", "memory");
	CHECK(result == 42);
	return 0;
}
