// SPDX-License-Identifier: MIT
// A stack overflow is handled on the alternate stack, and recovered from.
#include <setjmp.h>
#include <sys/resource.h>

#include "check.h"

static sigjmp_buf back;
static char stack[65536];

static void on_fault(int signo, siginfo_t *info, void *context)
{
	char local;

	(void)signo;
	(void)info;
	(void)context;
	CHECK(&local >= stack && &local < stack + sizeof(stack));
	siglongjmp(back, 1);
}

static int deep(int n)
{
	volatile char frame[4096];

	frame[0] = (char)n;
	return n ? deep(n + 1) + frame[0] : 0;
}

int main(void)
{
	stack_t alternate = { .ss_sp = stack, .ss_size = sizeof(stack) }, now;
	struct rlimit limit = { 256 * 1024, 256 * 1024 };

	CHECK(!setrlimit(RLIMIT_STACK, &limit));
	CHECK(!sigaltstack(&alternate, NULL));
	handle(SIGSEGV, on_fault, SA_ONSTACK);
	for (int i = 0; i < 2; i++)
		if (!sigsetjmp(back, 1))
			printf("%d\n", deep(1));
	CHECK(!sigaltstack(NULL, &now) && now.ss_sp == stack && !(now.ss_flags & SS_ONSTACK));
	puts("recovered");
	return 0;
}
