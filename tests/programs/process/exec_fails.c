// SPDX-License-Identifier: MIT
// An exec that fails leaves the program as it was.
#include <fcntl.h>
#include <sys/stat.h>

#include "check.h"

int main(void)
{
	char *argv[] = { "x", NULL };
	int fd = open("plain", O_WRONLY | O_CREAT, 0644);

	CHECK(fd >= 0 && write(fd, "text", 4) == 4 && !close(fd));
	CHECK(execv("/no/such/program", argv) == -1 && errno == ENOENT);
	CHECK(execv("/", argv) == -1 && errno == EACCES);
	CHECK(execv("plain", argv) == -1 && errno == EACCES);
	CHECK(!chmod("plain", 0755));
	CHECK(execv("plain", argv) == -1 && errno == ENOEXEC);
	puts("still here");
	return 0;
}
