// SPDX-License-Identifier: MIT
// Behind SYSCALL, RCX is the next instruction and R11 the flags; all else stays.
#include <sys/syscall.h>

#include "check.h"

int main(void)
{
	uint64_t rcx, r11, next, rax = SYS_getpid, rdx = 0x1234;

	__asm__ volatile("stc\n"
			 "syscall\n"
			 "1: lea 1b(%%rip), %2\n"
			 : "=c"(rcx), "+a"(rax), "=&r"(next), "+d"(rdx)
			 :
			 : "r11", "cc", "memory");
	__asm__ volatile("mov $39, %%eax\n"
			 "stc\n"
			 "syscall\n"
			 "mov %%r11, %0\n"
			 : "=r"(r11)
			 :
			 : "rax", "rcx", "r11", "cc", "memory");
	CHECK(rcx == next && rax == (uint64_t)getpid() && rdx == 0x1234);
	CHECK(r11 & 1);
	return 0;
}
