// SPDX-License-Identifier: MIT
// A write barrier: each first write to a page is counted by a handler.
#include <sys/mman.h>

#include "check.h"

#define PAGES 16

static char *base;
static int written;

static void on_fault(int signo, siginfo_t *info, void *context)
{
	uintptr_t page = (uintptr_t)info->si_addr & ~4095ul;

	(void)signo;
	(void)context;
	CHECK((char *)page >= base && (char *)page < base + PAGES * 4096);
	written++;
	CHECK(!mprotect((void *)page, 4096, PROT_READ | PROT_WRITE));
}

int main(void)
{
	base = mmap(NULL, PAGES * 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(base != MAP_FAILED);
	handle(SIGSEGV, on_fault, 0);
	for (int i = 0; i < 1000; i++)
		base[(i * 7919) % (PAGES * 4096)]++;
	CHECK(written == PAGES);
	return 0;
}
