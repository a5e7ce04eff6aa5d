// SPDX-License-Identifier: MIT
// Code is written through one mapping of a memfd and executed in another.
#include <sys/mman.h>

#include "check.h"

int main(void)
{
	static const uint8_t code[] = { 0xb8, 0, 0, 0, 0, 0xc3 };
	int fd = memfd_create("code", 0);
	uint8_t *w, *x;

	CHECK(fd >= 0 && !ftruncate(fd, 4096));
	w = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	x = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_SHARED, fd, 0);
	CHECK(w != MAP_FAILED && x != MAP_FAILED);
	for (uint32_t i = 0; i < 50; i++) {
		memcpy(w, code, sizeof(code));
		memcpy(w + 1, &i, 4);
		CHECK(((uint32_t(*)(void))x)() == i);
	}
	return 0;
}
