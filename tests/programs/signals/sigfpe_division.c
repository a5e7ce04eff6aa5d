// SPDX-License-Identifier: MIT
// A division by zero: si_code, si_addr, and going on behind it.
#include <ucontext.h>

#include "check.h"

static void on_fpe(int signo, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;

	(void)signo;
	CHECK(info->si_code == FPE_INTDIV);
	CHECK(info->si_addr == (void *)uc->uc_mcontext.gregs[REG_RIP]);
	uc->uc_mcontext.gregs[REG_RCX] = 5;
}

int main(void)
{
	uint32_t quotient = 100;

	handle(SIGFPE, on_fpe, 0);
	__asm__ volatile("xor %%edx, %%edx\n xor %%ecx, %%ecx\n div %%ecx"
			 : "+a"(quotient)
			 :
			 : "rcx", "rdx", "cc");
	CHECK(quotient == 20);
	return 0;
}
