// SPDX-License-Identifier: MIT
// Writes to a private mapping stay private; the file's changes may show before.
#include <fcntl.h>
#include <sys/mman.h>

#include "check.h"

int main(void)
{
	int fd = open("file", O_RDWR | O_CREAT | O_EXCL, 0600);
	char *p, c;

	CHECK(fd >= 0 && write(fd, "abc", 3) == 3);
	p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	CHECK(p != MAP_FAILED && !memcmp(p, "abc", 3) && p[3] == 0);
	p[1] = 'X';
	CHECK(pread(fd, &c, 1, 1) == 1 && c == 'b');
	CHECK(!memcmp(p, "aXc", 3));
	CHECK(!unlink("file"));
	puts(p);
	return 0;
}
