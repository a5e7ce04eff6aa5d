// SPDX-License-Identifier: MIT
/* Waiting for descriptors. A signal that ends a wait must not surprise us. */
#include "canary.h"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>

static void *poll_set(struct canary *c)
{
	struct pollfd fds[3] = { { .events = POLLIN }, { -1, POLLOUT, 0 }, { .events = POLLOUT } };
	int full[2], empty[2];

	canary_pipe(c, full, "x");
	canary_pipe(c, empty, "");
	fds[0].fd = full[0];
	fds[2].fd = empty[1];
	return canary_copy(c, fds, sizeof(fds));
}

static void *time_of(struct canary *c, long seconds)
{
	struct timespec t = { seconds, 1000 };

	return canary_copy(c, &t, sizeof(t));
}

static void polls(struct canary *c)
{
	uint64_t none = 0;

	GOOD(c, poll, poll_set(c), 3, 0);
	GOOD(c, ppoll, poll_set(c), 3, time_of(c, 1), canary_copy(c, &none, 8), 8);
}

static struct pollfd *quiet_set(struct canary *c)
{
	struct pollfd fd = { .events = POLLIN };
	int empty[2];

	canary_pipe(c, empty, "");
	fd.fd = empty[0];
	return canary_copy(c, &fd, sizeof(fd));
}

static void polls_interrupted(struct canary *c)
{
	canary_alarm(c, 1000);
	BAD(c, EINTR, poll, quiet_set(c), 1, 10000);
	BAD(c, EINTR, ppoll, quiet_set(c), 1, time_of(c, 10), NULL, 0);
}

/* A set that holds fd in its first words; the others are canary. */
static void *set_of(struct canary *c, int fd)
{
	uint64_t words[16] = { 0 };

	words[fd / 64] = 1ull << fd % 64;
	return canary_copy(c, words, (size_t)(fd / 64 + 1) * 8);
}

static void selects(struct canary *c)
{
	int full[2], n;

	canary_pipe(c, full, "x");
	n = (full[0] > full[1] ? full[0] : full[1]) + 1;
	GOOD(c, select, n, set_of(c, full[0]), set_of(c, full[1]), set_of(c, full[0]),
	     time_of(c, 1));
	GOOD(c, pselect6, n, set_of(c, full[0]), NULL, NULL, time_of(c, 1), NULL);
}

static void selects_many(struct canary *c)
{
	int full[2];

	canary_pipe(c, full, "x");
	MUST(c, dup2(full[0], 129) == 129);
	GOOD(c, select, 130, set_of(c, 129), NULL, NULL, NULL);
}

static void selects_interrupted(struct canary *c)
{
	int empty[2];

	canary_pipe(c, empty, "");
	canary_alarm(c, 1000);
	BAD(c, EINTR, select, empty[0] + 1, set_of(c, empty[0]), NULL, NULL, time_of(c, 10));
	BAD(c, EINTR, pselect6, empty[0] + 1, set_of(c, empty[0]), NULL, NULL, time_of(c, 10),
	    NULL);
}

static int epoll_of_two(struct canary *c)
{
	struct epoll_event e = { .events = EPOLLIN | EPOLLOUT, .data.u64 = 0x123456789abcdef };
	int one[2], two[2], fd = epoll_create1(0);

	canary_pipe(c, one, "x");
	canary_pipe(c, two, "x");
	MUST(c, !epoll_ctl(fd, EPOLL_CTL_ADD, one[0], &e));
	MUST(c, !epoll_ctl(fd, EPOLL_CTL_ADD, two[0], &e));
	return fd;
}

static void epolls(struct canary *c)
{
	int fd = epoll_of_two(c);
	size_t bytes = 4 * sizeof(struct epoll_event);

	GOOD(c, epoll_wait, fd, canary_room(c, bytes), 4, -1);
	GOOD(c, epoll_pwait, fd, canary_room(c, bytes), 1, -1, NULL, 8);
	GOOD(c, epoll_pwait2, fd, canary_room(c, bytes), 4, time_of(c, 1), NULL, 8);
}

FAMILY(wait, CASE(polls), CASE(polls_interrupted), CASE(selects), CASE(selects_many),
       CASE(selects_interrupted), CASE(epolls))
