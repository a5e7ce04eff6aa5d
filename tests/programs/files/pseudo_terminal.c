// SPDX-License-Identifier: MIT
// A child with a terminal of its own; line discipline, size, attributes.
#include <fcntl.h>
#include <sys/ioctl.h>
#include <termios.h>

#include "check.h"

static char *name;

static int child(void)
{
	struct winsize size;
	char line[32];
	int fd;

	CHECK(setsid() > 0);
	fd = open(name, O_RDWR);
	CHECK(fd >= 0 && isatty(fd) && !ioctl(fd, TIOCSCTTY, 0));
	CHECK(!ioctl(fd, TIOCGWINSZ, &size) && size.ws_row == 33 && size.ws_col == 99);
	CHECK(read(fd, line, sizeof(line)) == 6 && !memcmp(line, "hello\n", 6));
	CHECK(write(fd, "bye\n", 4) == 4);
	return 0;
}

int main(void)
{
	struct winsize size = { .ws_row = 33, .ws_col = 99 };
	struct termios attributes;
	int fd = posix_openpt(O_RDWR | O_NOCTTY);
	char buf[64] = "";
	size_t got = 0;
	pid_t pid;

	CHECK(fd >= 0 && !grantpt(fd) && !unlockpt(fd) && (name = ptsname(fd)));
	CHECK(!ioctl(fd, TIOCSWINSZ, &size) && !tcgetattr(fd, &attributes));
	attributes.c_lflag &= ~(tcflag_t)ECHO;
	CHECK(!tcsetattr(fd, TCSANOW, &attributes));
	pid = spawn(child);
	CHECK(write(fd, "hello\n", 6) == 6);
	while (got < 5) {
		ssize_t n = read(fd, buf + got, sizeof(buf) - got);

		CHECK(n > 0);
		got += (size_t)n;
	}
	CHECK(!memcmp(buf, "bye\r\n", 5));
	CHECK(wait_for(pid) == 0);
	return 0;
}
