// SPDX-License-Identifier: MIT
// Memory of a file behind its end gives SIGBUS with BUS_ADRERR.
#include <setjmp.h>
#include <sys/mman.h>

#include "check.h"

static sigjmp_buf back;
static char *map;

static void on_bus(int signo, siginfo_t *info, void *context)
{
	(void)signo;
	(void)context;
	CHECK(info->si_code == BUS_ADRERR && info->si_addr == map + 4096);
	siglongjmp(back, 1);
}

int main(void)
{
	FILE *f = tmpfile();

	CHECK(f && !ftruncate(fileno(f), 100));
	map = mmap(NULL, 8192, PROT_READ, MAP_SHARED, fileno(f), 0);
	CHECK(map != MAP_FAILED && map[99] == 0);
	handle(SIGBUS, on_bus, 0);
	if (!sigsetjmp(back, 1)) {
		(void)*(volatile char *)(map + 4096);
		CHECK(!"no fault");
	}
	puts("came back");
	return 0;
}
