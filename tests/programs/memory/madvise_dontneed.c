// SPDX-License-Identifier: MIT
// MADV_DONTNEED gives back zero pages, or the file's contents.
#include <fcntl.h>
#include <sys/mman.h>

#include "check.h"

int main(void)
{
	int fd = open("file", O_RDWR | O_CREAT | O_EXCL, 0600);
	char *a = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *f;

	CHECK(fd >= 0 && write(fd, "hello", 5) == 5);
	f = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	CHECK(a != MAP_FAILED && f != MAP_FAILED);
	memset(a, 5, 8192);
	f[0] = 'J';
	CHECK(!madvise(a, 4096, MADV_DONTNEED) && !madvise(f, 4096, MADV_DONTNEED));
	CHECK(a[0] == 0 && a[4096] == 5 && f[0] == 'h');
	return 0;
}
