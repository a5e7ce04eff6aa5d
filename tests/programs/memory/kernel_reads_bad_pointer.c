// SPDX-License-Identifier: MIT
// System calls with pointers to nowhere give EFAULT and change nothing.
#include <sys/mman.h>
#include <sys/stat.h>

#include "check.h"

int main(void)
{
	char *p = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int fds[2];

	CHECK(p != MAP_FAILED && !munmap(p + 4096, 4096) && !pipe(fds));
	CHECK(write(fds[1], p + 4096, 4) == -1 && errno == EFAULT);
	CHECK(write(fds[1], "abcdefgh", 8) == 8);
	CHECK(stat((char *)16, (struct stat *)p) == -1 && errno == EFAULT);
	CHECK(stat("/", (struct stat *)(p + 4096)) == -1 && errno == EFAULT);
	CHECK(read(fds[0], p + 4096 - 4, 8) <= 8);
	return 0;
}
