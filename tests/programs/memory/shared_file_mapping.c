// SPDX-License-Identifier: MIT
// A shared mapping of a file and write(2) to the file see each other.
#include <fcntl.h>
#include <sys/mman.h>

#include "check.h"

int main(void)
{
	int fd = open("file", O_RDWR | O_CREAT | O_EXCL, 0600);
	char *p, got[8];

	CHECK(fd >= 0 && !ftruncate(fd, 8192));
	p = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	CHECK(p != MAP_FAILED);
	CHECK(pwrite(fd, "written", 7, 5000) == 7);
	CHECK(!memcmp(p + 5000, "written", 7));
	memcpy(p + 100, "mapped", 6);
	CHECK(pread(fd, got, 6, 100) == 6 && !memcmp(got, "mapped", 6));
	CHECK(!msync(p, 8192, MS_SYNC) && !munmap(p, 8192));
	CHECK(pread(fd, got, 6, 100) == 6 && !memcmp(got, "mapped", 6));
	return 0;
}
