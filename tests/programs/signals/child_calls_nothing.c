// SPDX-License-Identifier: MIT
// Forked children call, jump and return to where nothing is mapped: they die of that, or
// their handler goes on.
#include <setjmp.h>

#include "check.h"

static sigjmp_buf out;

static void on_segv(int signo)
{
	siglongjmp(out, signo);
}

static int call_nothing(void)
{
	void (*volatile f)(void) = NULL;

	f();
	return 1;
}

static int call_far(void)
{
	void (*volatile f)(void) = (void (*)(void))0x123456789000;

	f();
	return 1;
}

static int return_nowhere(void)
{
	__asm__ volatile("pushq $0x10\n\tret");
	return 1;
}

static int handled(void)
{
	signal(SIGSEGV, on_segv);
	for (volatile int i = 0; i < 3; i++)
		if (!sigsetjmp(out, 1))
			call_nothing();
		else
			printf("caught %d\n", i);
	return 0;
}

int main(void)
{
	int (*const all[])(void) = { call_nothing, call_far, return_nowhere, handled };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		int status;

		CHECK(waitpid(spawn(all[i]), &status, 0) > 0);
		printf("%x\n", status);
	}
	return 0;
}
