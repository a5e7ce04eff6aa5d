// SPDX-License-Identifier: MIT
// pread, pwrite, readv, writev, preadv2, lseek, ftruncate.
#include <fcntl.h>
#include <sys/uio.h>

#include "check.h"

int main(void)
{
	int fd = open("file", O_RDWR | O_CREAT | O_EXCL, 0600);
	char a[4] = "", b[16] = "";
	struct iovec out[2] = { { "head", 4 }, { "tail", 4 } };
	struct iovec in[3] = { { a, 3 }, { NULL, 0 }, { b, 15 } };

	CHECK(fd >= 0 && writev(fd, out, 2) == 8);
	CHECK(pwrite(fd, "end", 3, 8) == 3);
	CHECK(lseek(fd, 0, SEEK_SET) == 0);
	CHECK(readv(fd, in, 3) == 11);
	CHECK(!strcmp(a, "hea") && !strcmp(b, "dtailend"));
	memset(b, 0, sizeof(b));
	CHECK(preadv(fd, &in[2], 1, 4) == 7 && !strcmp(b, "tailend"));
	CHECK(preadv2(fd, &in[2], 1, 4, 0) == 7);
	CHECK(!ftruncate(fd, 2) && pread(fd, b, 15, 0) == 2 && pread(fd, b, 15, 5) == 0);
	return 0;
}
