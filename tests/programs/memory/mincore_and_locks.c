// SPDX-License-Identifier: MIT
// Calls that only ask about memory or advise the kernel.
#include <sys/mman.h>

#include "check.h"

int main(void)
{
	unsigned char resident[4] = { 0 };
	char *p = mmap(NULL, 4 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(p != MAP_FAILED);
	p[4096] = 1;
	CHECK(!mincore(p, 4 * 4096, resident));
	CHECK((resident[1] & 1) && !(resident[3] & 1));
	CHECK(!madvise(p, 4096, MADV_WILLNEED));
	CHECK(msync(p, 4096, MS_ASYNC) == 0);
	CHECK(munmap(p, 4 * 4096) == 0 && mincore(p, 4096, resident) == -1 && errno == ENOMEM);
	return 0;
}
