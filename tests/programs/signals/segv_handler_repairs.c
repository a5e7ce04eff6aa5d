// SPDX-License-Identifier: MIT
// A fault's handler makes the page accessible, and the write succeeds.
#include <sys/mman.h>

#include "check.h"

static char *page;
static int faults;

static void on_fault(int signo, siginfo_t *info, void *context)
{
	(void)context;
	CHECK(signo == SIGSEGV && info->si_code == SEGV_ACCERR);
	CHECK(info->si_addr == page + 123);
	faults++;
	CHECK(!mprotect(page, 4096, PROT_READ | PROT_WRITE));
}

int main(void)
{
	page = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(page != MAP_FAILED);
	handle(SIGSEGV, on_fault, 0);
	page[123] = 'x';
	CHECK(faults == 1 && page[123] == 'x');
	return 0;
}
