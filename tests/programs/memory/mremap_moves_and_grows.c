// SPDX-License-Identifier: MIT
// mremap keeps what was there, at the old place or a new one.
#include <sys/mman.h>

#include "check.h"

int main(void)
{
	char *target = mmap(NULL, 64 * 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *p = mmap(NULL, 2 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(p != MAP_FAILED && target != MAP_FAILED);
	strcpy(p, "first");
	strcpy(p + 4096, "second");
	p = mremap(p, 2 * 4096, 40 * 4096, MREMAP_MAYMOVE);
	CHECK(p != MAP_FAILED && !strcmp(p, "first") && !strcmp(p + 4096, "second"));
	CHECK(p[39 * 4096] == 0);
	p = mremap(p, 40 * 4096, 4096, MREMAP_MAYMOVE | MREMAP_FIXED, target);
	CHECK(p == target && !strcmp(p, "first"));
	CHECK(mremap(p, 4096, 128 * 4096, 0) == MAP_FAILED && errno == ENOMEM);
	return 0;
}
