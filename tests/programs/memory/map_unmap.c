// SPDX-License-Identifier: MIT
// Pages come and go; what was unmapped faults.
#include <setjmp.h>
#include <sys/mman.h>

#include "check.h"

static sigjmp_buf back;

static void on_fault(int signo)
{
	siglongjmp(back, signo);
}

int main(void)
{
	char *p = mmap(NULL, 3 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(p != MAP_FAILED);
	memset(p, 1, 3 * 4096);
	CHECK(!munmap(p + 4096, 4096));
	signal(SIGSEGV, on_fault);
	if (!sigsetjmp(back, 1)) {
		p[4096] = 2;
		CHECK(!"no fault");
	}
	CHECK(p[0] == 1 && p[2 * 4096] == 1);
	CHECK(mmap(p + 4096, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) ==
	      p + 4096);
	CHECK(p[4096] == 0);
	return 0;
}
