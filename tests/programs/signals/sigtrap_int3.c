// SPDX-License-Identifier: MIT
// INT3 raises SIGTRAP with RIP behind it.
#include <ucontext.h>

#include "check.h"

static uint64_t rip;

static void on_trap(int signo, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;

	(void)signo;
	CHECK(info->si_code == SI_KERNEL);
	rip = (uint64_t)uc->uc_mcontext.gregs[REG_RIP];
}

int main(void)
{
	uint64_t behind;

	handle(SIGTRAP, on_trap, 0);
	__asm__ volatile("lea 1f(%%rip), %0\n int3\n 1:" : "=&r"(behind));
	CHECK(rip == behind);
	return 0;
}
