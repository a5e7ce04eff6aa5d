// SPDX-License-Identifier: MIT
// FS and GS bases through arch_prctl, and memory through GS.
#include <asm/prctl.h>
#include <sys/syscall.h>

#include "check.h"

static uint64_t area[4] = { 11, 22, 33, 44 };
static __thread int thread_local_value = 5;

int main(void)
{
	uint64_t base = 0, value;

	CHECK(!syscall(SYS_arch_prctl, ARCH_SET_GS, area));
	CHECK(!syscall(SYS_arch_prctl, ARCH_GET_GS, &base) && base == (uint64_t)area);
	__asm__ volatile("mov %%gs:16, %0" : "=r"(value));
	CHECK(value == 33);
	__asm__ volatile("addq $7, %%gs:8" ::: "memory", "cc");
	CHECK(area[1] == 29);
	CHECK(!syscall(SYS_arch_prctl, ARCH_GET_FS, &base) && base);
	__asm__ volatile("mov %%fs:0, %0" : "=r"(value));
	CHECK(value == base);
	thread_local_value += 2;
	CHECK(thread_local_value == 7);
	return 0;
}
