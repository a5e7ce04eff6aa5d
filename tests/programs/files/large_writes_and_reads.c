// SPDX-License-Identifier: MIT
// A megabyte goes through a file and a pipe, and comes back the same.
#include <fcntl.h>

#include "check.h"

#define BYTES (1 << 20)

static char data[BYTES], back[BYTES];
static int fds[2];

static int writer(void)
{
	for (size_t done = 0; done < BYTES;) {
		ssize_t n = write(fds[1], data + done, BYTES - done);

		CHECK(n > 0);
		done += (size_t)n;
	}
	return 0;
}

int main(void)
{
	int fd = open("file", O_RDWR | O_CREAT, 0600);
	size_t got = 0;
	pid_t pid;

	for (int i = 0; i < BYTES; i++)
		data[i] = (char)(i * i >> 3);
	CHECK(write(fd, data, BYTES) == BYTES && pread(fd, back, BYTES, 0) == BYTES);
	CHECK(!memcmp(data, back, BYTES) && !pipe(fds));
	pid = spawn(writer);
	close(fds[1]);
	memset(back, 0, BYTES);
	while (got < BYTES) {
		ssize_t n = read(fds[0], back + got, BYTES - got);

		CHECK(n > 0);
		got += (size_t)n;
	}
	CHECK(!memcmp(data, back, BYTES) && wait_for(pid) == 0);
	return 0;
}
