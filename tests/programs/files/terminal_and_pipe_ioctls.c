// SPDX-License-Identifier: MIT
// FIONREAD, FIONBIO, FIOCLEX, fcntl locks and flags, pipe size.
#include <fcntl.h>
#include <sys/ioctl.h>

#include "check.h"

int main(void)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_len = 10 };
	int fd = open("file", O_RDWR | O_CREAT, 0600), fds[2], n = 0, one = 1;
	char c;

	CHECK(!pipe(fds) && write(fds[1], "abcde", 5) == 5);
	CHECK(!ioctl(fds[0], FIONREAD, &n) && n == 5);
	CHECK(!ioctl(fds[0], FIONBIO, &one) && fcntl(fds[0], F_GETFL) & O_NONBLOCK);
	CHECK(!ioctl(fds[0], FIOCLEX) && fcntl(fds[0], F_GETFD) == FD_CLOEXEC);
	CHECK(fcntl(fds[0], F_SETPIPE_SZ, 65536) == 65536 && fcntl(fds[0], F_GETPIPE_SZ) == 65536);
	CHECK(!fcntl(fd, F_SETLK, &lock));
	CHECK(!fcntl(fd, F_GETLK, &lock) && lock.l_type == F_UNLCK);
	for (int i = 0; i < 5; i++)
		CHECK(read(fds[0], &c, 1) == 1);
	CHECK(read(fds[0], &c, 1) == -1 && errno == EAGAIN);
	CHECK(ioctl(fd, TIOCGWINSZ, &n) == -1 && errno == ENOTTY);
	return 0;
}
