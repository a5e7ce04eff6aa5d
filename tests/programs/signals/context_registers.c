// SPDX-License-Identifier: MIT
// All general registers stand in the frame as they were at the fault.
#include <ucontext.h>

#include "check.h"

static gregset_t seen;

static void on_trap(int signo, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;

	(void)signo;
	(void)info;
	memcpy(seen, uc->uc_mcontext.gregs, sizeof(seen));
	uc->uc_mcontext.gregs[REG_RIP] += 2; /* ud2 */
	uc->uc_mcontext.gregs[REG_R15] ^= 0xff;
}

int main(void)
{
	uint64_t r15;

	handle(SIGILL, on_trap, 0);
	__asm__ volatile("mov $0x1001, %%rbx\n mov $0x1002, %%rcx\n mov $0x1003, %%rdx\n"
			 "mov $0x1004, %%rsi\n mov $0x1005, %%rdi\n mov $0x1008, %%r8\n"
			 "mov $0x1009, %%r9\n mov $0x100a, %%r10\n mov $0x100b, %%r11\n"
			 "mov $0x100c, %%r12\n mov $0x100d, %%r13\n mov $0x100e, %%r14\n"
			 "mov $0x100f, %%r15\n mov $0x1000, %%rax\n stc\n ud2\n mov %%r15, %0"
			 : "=r"(r15)
			 :
			 : "rax", "rbx", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11",
			   "r12", "r13", "r14", "r15", "cc");
	CHECK(seen[REG_RAX] == 0x1000 && seen[REG_RBX] == 0x1001 && seen[REG_RCX] == 0x1002);
	CHECK(seen[REG_RDX] == 0x1003 && seen[REG_RSI] == 0x1004 && seen[REG_RDI] == 0x1005);
	CHECK(seen[REG_R8] == 0x1008 && seen[REG_R11] == 0x100b && seen[REG_R15] == 0x100f);
	CHECK(seen[REG_EFL] & 1);
	CHECK(r15 == (0x100f ^ 0xff));
	return 0;
}
