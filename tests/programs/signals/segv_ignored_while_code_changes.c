// SPDX-License-Identifier: MIT
// Code is written to and run while SIGSEGV is ignored, then blocked, then in its handler:
// none of that is any of SIGSEGV's business.
#include <sys/mman.h>

#include "check.h"

static unsigned char *code;

/* mov eax, n; ret */
static int run(int n)
{
	const unsigned char bytes[] = { 0xb8, (unsigned char)n, 0, 0, 0, 0xc3 };

	memcpy(code, bytes, sizeof(bytes));
	return ((int (*)(void))code)();
}

static void on_fault(int signo, siginfo_t *info, void *context)
{
	(void)signo;
	(void)info;
	(void)context;
	for (int i = 10; i < 13; i++)
		printf("in the handler %d\n", run(i));
}

static int blocked(void)
{
	sigset_t now;

	CHECK(!sigprocmask(SIG_BLOCK, NULL, &now));
	return sigismember(&now, SIGSEGV);
}

int main(void)
{
	struct sigaction now;
	sigset_t set;

	code = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS,
		    -1, 0);
	CHECK(code != MAP_FAILED);
	signal(SIGSEGV, SIG_IGN);
	for (int i = 0; i < 3; i++)
		printf("ignored %d\n", run(i));
	CHECK(!sigaction(SIGSEGV, NULL, &now) && now.sa_handler == SIG_IGN);
	CHECK(!raise(SIGSEGV));

	handle(SIGSEGV, on_fault, SA_RESTART);
	sigemptyset(&set);
	sigaddset(&set, SIGSEGV);
	CHECK(!sigprocmask(SIG_BLOCK, &set, NULL));
	for (int i = 5; i < 8; i++)
		printf("blocked %d\n", run(i));
	CHECK(blocked());
	CHECK(!sigaction(SIGSEGV, NULL, &now) && now.sa_sigaction == on_fault);
	CHECK(now.sa_flags & SA_RESTART);
	CHECK(!sigprocmask(SIG_UNBLOCK, &set, NULL));
	CHECK(!raise(SIGSEGV));
	CHECK(!raise(SIGSEGV));
	CHECK(!blocked());
	printf("again %d\n", run(20));
	return 0;
}
