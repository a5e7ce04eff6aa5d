// SPDX-License-Identifier: MIT
// poll, ppoll, select, pselect and epoll say the same.
#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>

#include "check.h"

int main(void)
{
	struct epoll_event event = { .events = EPOLLIN, .data.u64 = 99 }, got = { 0 };
	struct timeval none = { 0, 0 };
	struct timespec short_time = { 0, 1000000 };
	int fds[2], epoll = epoll_create1(0);
	struct pollfd polled;
	fd_set set;

	CHECK(!pipe(fds) && epoll >= 0);
	CHECK(!epoll_ctl(epoll, EPOLL_CTL_ADD, fds[0], &event));
	polled = (struct pollfd){ .fd = fds[0], .events = POLLIN };
	CHECK(poll(&polled, 1, 5) == 0 && ppoll(&polled, 1, &short_time, NULL) == 0);
	CHECK(epoll_wait(epoll, &got, 1, 1) == 0);
	CHECK(write(fds[1], "x", 1) == 1);
	CHECK(poll(&polled, 1, -1) == 1 && polled.revents == POLLIN);
	FD_ZERO(&set);
	FD_SET(fds[0], &set);
	CHECK(select(fds[0] + 1, &set, NULL, NULL, &none) == 1 && FD_ISSET(fds[0], &set));
	CHECK(pselect(fds[0] + 1, &set, NULL, NULL, NULL, NULL) == 1);
	CHECK(epoll_wait(epoll, &got, 1, -1) == 1 && got.data.u64 == 99);
	CHECK(epoll_pwait(epoll, &got, 1, -1, NULL) == 1 && got.events == EPOLLIN);
	return 0;
}
