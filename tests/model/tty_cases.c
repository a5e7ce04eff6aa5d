// SPDX-License-Identifier: MIT
/* Terminals: both ends of a pseudo terminal. */
#include "canary.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>

static int open_pty(struct canary *c, int *ret_master)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY), slave;

	if (master < 0)
		canary_skip(c, "pseudo terminals", -errno);
	MUST(c, !grantpt(master) && !unlockpt(master));
	slave = open(ptsname(master), O_RDWR | O_NOCTTY);
	MUST(c, slave >= 0);
	*ret_master = master;
	return slave;
}

static void modes(struct canary *c)
{
	int master, fd = open_pty(c, &master);

	GOOD(c, ioctl, fd, TCGETS, canary_room(c, 36));
	GOOD(c, ioctl, fd, 0x802c542a /* TCGETS2 */, canary_room(c, 44));
	GOOD(c, ioctl, fd, TCGETA, canary_room(c, 18));
	GOOD(c, ioctl, fd, TIOCGLCKTRMIOS, canary_room(c, 36));
	GOOD(c, ioctl, fd, TIOCGWINSZ, canary_room(c, 8));
}

static void numbers(struct canary *c)
{
	int master, fd = open_pty(c, &master);

	GOOD(c, ioctl, fd, FIONREAD, canary_room(c, 4));
	GOOD(c, ioctl, fd, TIOCOUTQ, canary_room(c, 4));
	GOOD(c, ioctl, fd, TIOCGETD, canary_room(c, 4));
	GOOD(c, ioctl, fd, TIOCGEXCL, canary_room(c, 4));
	GOOD(c, ioctl, fd, TIOCGSOFTCAR, canary_room(c, 4));
	GOOD(c, ioctl, fd, TIOCGDEV, canary_room(c, 4));
	GOOD(c, ioctl, master, TIOCGPTN, canary_room(c, 4));
	GOOD(c, ioctl, master, TIOCGPTLCK, canary_room(c, 4));
	GOOD(c, ioctl, master, TIOCGPKT, canary_room(c, 4));
}

static void job_control(struct canary *c)
{
	int master, fd = open_pty(c, &master);

	MUST(c, setsid() > 0 && !ioctl(fd, TIOCSCTTY, 0));
	GOOD(c, ioctl, fd, TIOCGPGRP, canary_room(c, 4));
	GOOD(c, ioctl, fd, TIOCGSID, canary_room(c, 4));
}

static void read_from_a_terminal(struct canary *c)
{
	int master, fd = open_pty(c, &master);

	MUST(c, write(master, "line\n", 5) == 5);
	GOOD(c, read, fd, canary_room(c, 100), 100);
	GOOD(c, read, master, canary_room(c, 100), 100); /* the echo */
}

static void serial_line(struct canary *c)
{
	int fd = open("/dev/ttyS0", O_RDWR | O_NOCTTY | O_NONBLOCK);

	if (fd < 0)
		canary_skip(c, "/dev/ttyS0", -errno);
	CALL(c, ioctl, fd, TIOCGSERIAL, canary_room(c, 72));
	CALL(c, ioctl, fd, TIOCSERGETLSR, canary_room(c, 4));
	CALL(c, ioctl, fd, TIOCGICOUNT, canary_room(c, 80));
	CALL(c, ioctl, fd, TIOCMGET, canary_room(c, 4));
}

static void tunnel(struct canary *c)
{
	int fd = open("/dev/net/tun", O_RDWR);

	if (fd < 0)
		canary_skip(c, "/dev/net/tun", -errno);
	GOOD(c, ioctl, fd, 0x800454cf /* TUNGETFEATURES */, canary_room(c, 4));
}

static void driver_refuses(struct canary *c)
{
	BAD(c, ENOTTY, ioctl, canary_file(c, ""), TCGETS, canary_room(c, 36));
}

#define TTYS "TC* TIOC*"

FAMILY(tty, CASE_FOR(modes, TTYS), CASE_FOR(numbers, TTYS), CASE_FOR(job_control, TTYS),
       CASE_FOR(read_from_a_terminal, ""), CASE(serial_line), CASE(tunnel), CASE(driver_refuses))
