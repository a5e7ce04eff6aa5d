// SPDX-License-Identifier: MIT
// A recursion without conditional branches overflows the stack thousands of instructions
// behind the last tick, where nothing but the registers tells the place.
#include <setjmp.h>
#include <sys/resource.h>

#include "check.h"

static sigjmp_buf back;
static char stack[65536];
static volatile long depth;

static void on_fault(int signo, siginfo_t *info, void *context)
{
	(void)signo;
	(void)info;
	(void)context;
	siglongjmp(back, 1);
}

static long deep(long n);
static long (*volatile next)(long) = deep;

static long deep(long n)
{
	volatile char frame[128];

	frame[n & 127] = (char)n;
	depth = n;
	return next(n + 1) + frame[0];
}

int main(void)
{
	stack_t alternate = { .ss_sp = stack, .ss_size = sizeof(stack) };
	struct rlimit limit = { 1 << 20, 1 << 20 };

	CHECK(!setrlimit(RLIMIT_STACK, &limit));
	CHECK(!sigaltstack(&alternate, NULL));
	handle(SIGSEGV, on_fault, SA_ONSTACK);
	for (int i = 0; i < 2; i++) {
		if (!sigsetjmp(back, 1))
			deep(1);
		CHECK(depth > 4000);
	}
	puts("recovered");
	return 0;
}
