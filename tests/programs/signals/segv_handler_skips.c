// SPDX-License-Identifier: MIT
// A handler moves RIP behind the faulting instruction and sets a register.
#include <ucontext.h>

#include "check.h"

static uint64_t fault_at;

static void on_fault(int signo, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;

	(void)signo;
	CHECK(info->si_addr == NULL && info->si_code == SEGV_MAPERR);
	fault_at = (uint64_t)uc->uc_mcontext.gregs[REG_RIP];
	uc->uc_mcontext.gregs[REG_RIP] += 3; /* mov (%rcx), %rax */
	uc->uc_mcontext.gregs[REG_RAX] = 4711;
}

int main(void)
{
	uint64_t value, at;

	handle(SIGSEGV, on_fault, 0);
	__asm__ volatile("lea 1f(%%rip), %1\n"
			 "xor %%ecx, %%ecx\n"
			 "1: mov (%%rcx), %%rax\n"
			 : "=&a"(value), "=&r"(at)
			 :
			 : "rcx", "cc");
	CHECK(value == 4711);
	CHECK(at == fault_at);
	return 0;
}
