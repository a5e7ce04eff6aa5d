// SPDX-License-Identifier: MIT
// A mapping made with MAP_GROWSDOWN grows when the page below is touched.
#include <sys/mman.h>

#include "check.h"

int main(void)
{
	char *p = mmap((void *)0x40000000, 4096, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_GROWSDOWN | MAP_FIXED_NOREPLACE, -1, 0);

	CHECK(p == (char *)0x40000000);
	p[0] = 1;
	p[-10] = 2;
	p[-4096 - 10] = 3;
	CHECK(p[0] == 1 && p[-10] == 2 && p[-4096 - 10] == 3);
	return 0;
}
