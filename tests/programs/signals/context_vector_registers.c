// SPDX-License-Identifier: MIT
// XMM registers survive a handler that uses them, and the frame holds them.
#include <ucontext.h>

#include "check.h"

static uint32_t seen;

static void on_trap(int signo, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;

	(void)signo;
	(void)info;
	seen = uc->uc_mcontext.fpregs->_xmm[5].element[0];
	__asm__ volatile("pxor %%xmm5, %%xmm5" ::: "xmm5");
	uc->uc_mcontext.fpregs->_xmm[6].element[0] = 77;
	uc->uc_mcontext.gregs[REG_RIP] += 2;
}

int main(void)
{
	uint32_t five, six;

	handle(SIGILL, on_trap, 0);
	__asm__ volatile("mov $0x12345678, %%eax\n movd %%eax, %%xmm5\n movd %%eax, %%xmm6\n"
			 "ud2\n movd %%xmm5, %0\n movd %%xmm6, %1"
			 : "=r"(five), "=r"(six)
			 :
			 : "rax", "xmm5", "xmm6");
	CHECK(seen == 0x12345678 && five == 0x12345678 && six == 77);
	return 0;
}
