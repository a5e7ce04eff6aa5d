// SPDX-License-Identifier: MIT
// A return or a call to what is no address faults at the instruction, as a smashed
// stack shows it: nothing is popped, and the handler sees the branch.
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <ucontext.h>

#include "check.h"

static greg_t seen[8];
static siginfo_t info;

void wild_return(void);
void wild_call(void);
extern const char wild_return_at[], wild_call_at[], wild_end[];
__asm__(".text\n"
	"wild_return: movabs $0x4141414141414141, %rax\n push %rax\n test %rax, %rax\n"
	"wild_return_at: ret\n"
	"wild_call: push $0\n movabs $0x8000000000000000, %rax\n xor %edx, %edx\n"
	"wild_call_at: call *%rax\n"
	"wild_end: lea 8(%rsp), %rsp\n ret\n");

static void handler(int signo, siginfo_t *i, void *context)
{
	ucontext_t *u = context;
	greg_t *r = u->uc_mcontext.gregs;

	CHECK(signo == SIGSEGV);
	info = *i;
	memcpy(seen, (greg_t[]){ r[REG_RIP], r[REG_RAX], r[REG_TRAPNO], r[REG_ERR], r[REG_EFL] },
	       5 * sizeof(*seen));
	memcpy(&seen[5], (void *)r[REG_RSP], sizeof(*seen));
	r[REG_RIP] = (greg_t)wild_end;
}

static void try(void (*f)(void), const char *at)
{
	f();
	CHECK(seen[0] == (greg_t)at && seen[5] == (f == wild_return ? seen[1] : 0));
	CHECK(seen[2] == 13 && seen[3] == 0);
	CHECK(info.si_code == SI_KERNEL && !info.si_addr);
	printf("%#llx %#llx\n", seen[1], seen[4]);
}

int main(void)
{
	struct sigaction a = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO };

	CHECK(!sigaction(SIGSEGV, &a, NULL));
	for (int i = 0; i < 3; i++) {
		try(wild_return, wild_return_at);
		try(wild_call, wild_call_at);
	}
	return 0;
}
