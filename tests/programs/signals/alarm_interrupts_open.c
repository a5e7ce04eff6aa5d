// SPDX-License-Identifier: MIT
// Opening a FIFO waits for its other end: a signal interrupts that, or it goes on
// behind the handler, which opens the other end the second time.
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/time.h>

#include "check.h"

static const char *path = "fifo";
static volatile int count, other = -1;

static void on_alarm(int signo)
{
	(void)signo;
	if (++count == 3)
		other = open(path, O_RDWR | O_NONBLOCK);
}

int main(void)
{
	struct sigaction action = { .sa_handler = on_alarm };
	struct itimerval interval = { { 0, 20000 }, { 0, 20000 } }, off = { 0 };
	char dir[] = "/tmp/deja-fifo-XXXXXX", c;
	int fd;

	CHECK(mkdtemp(dir));
	CHECK(!chdir(dir));
	CHECK(!mkfifo(path, 0600));
	CHECK(!sigaction(SIGALRM, &action, NULL));
	CHECK(!setitimer(ITIMER_REAL, &interval, NULL));
	CHECK(open(path, O_RDONLY) == -1 && errno == EINTR && count == 1);
	action.sa_flags = SA_RESTART;
	CHECK(!sigaction(SIGALRM, &action, NULL));
	fd = open(path, O_RDONLY);
	CHECK(!setitimer(ITIMER_REAL, &off, NULL));
	CHECK(fd >= 0 && other >= 0 && count >= 3);
	CHECK(write(other, "x", 1) == 1);
	CHECK(fcntl(fd, F_SETFL, 0) == 0 && read(fd, &c, 1) == 1);
	CHECK(!unlink(path) && !rmdir(dir));
	return 0;
}
