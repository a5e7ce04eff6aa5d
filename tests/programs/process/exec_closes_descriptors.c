// SPDX-License-Identifier: MIT
// Close-on-exec descriptors are closed by an exec, others stay.
#include <fcntl.h>

#include "check.h"

int main(int argc, char **argv)
{
	char a[16], b[16];
	int fds[2];

	if (argc == 3) {
		CHECK(fcntl(atoi(argv[1]), F_GETFD) == 0);
		CHECK(fcntl(atoi(argv[2]), F_GETFD) == -1 && errno == EBADF);
		return 0;
	}
	CHECK(!pipe(fds));
	CHECK(!fcntl(fds[1], F_SETFD, FD_CLOEXEC));
	snprintf(a, sizeof(a), "%d", fds[0]);
	snprintf(b, sizeof(b), "%d", fds[1]);
	execl("/proc/self/exe", "self", a, b, (char *)NULL);
	return 1;
}
