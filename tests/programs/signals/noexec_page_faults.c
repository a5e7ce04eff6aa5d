// SPDX-License-Identifier: MIT
// Calling data faults with the page's address, and the handler comes back.
#include <setjmp.h>
#include <sys/mman.h>
#include <ucontext.h>

#include "check.h"

static sigjmp_buf back;
static char *page;

static void on_fault(int signo, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;

	(void)signo;
	CHECK(info->si_addr == page && info->si_code == SEGV_ACCERR);
	CHECK((char *)uc->uc_mcontext.gregs[REG_RIP] == page);
	siglongjmp(back, 1);
}

int main(void)
{
	page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(page != MAP_FAILED);
	page[0] = (char)0xc3;
	handle(SIGSEGV, on_fault, 0);
	if (!sigsetjmp(back, 1)) {
		((void (*)(void))page)();
		CHECK(!"no fault");
	}
	return 0;
}
