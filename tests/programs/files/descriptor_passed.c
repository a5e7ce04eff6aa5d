// SPDX-License-Identifier: MIT
// SCM_RIGHTS: a descriptor goes from a child to its parent.
#include <sys/socket.h>

#include "check.h"

static int pair[2];

union control {
	char bytes[CMSG_SPACE(sizeof(int))];
	struct cmsghdr align;
};

static int child(void)
{
	union control control = { { 0 } };
	struct iovec iov = { "fd", 2 };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control,
			    .msg_controllen = sizeof(control) };
	int fds[2];

	CHECK(!pipe(fds) && write(fds[1], "through", 7) == 7);
	control.align = (struct cmsghdr){ .cmsg_len = CMSG_LEN(sizeof(int)),
					  .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS };
	memcpy(CMSG_DATA(&control.align), &fds[0], sizeof(int));
	CHECK(sendmsg(pair[1], &m, 0) == 2);
	return 0;
}

int main(void)
{
	union control control = { { 0 } };
	char buf[16] = "";
	struct iovec iov = { buf, 16 };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control,
			    .msg_controllen = sizeof(control) };
	pid_t pid;
	int fd;

	CHECK(!socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
	pid = spawn(child);
	CHECK(recvmsg(pair[0], &m, 0) == 2 && CMSG_FIRSTHDR(&m));
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&m)), sizeof(fd));
	CHECK(read(fd, buf, 16) == 7 && !memcmp(buf, "through", 7));
	CHECK(wait_for(pid) == 0);
	return 0;
}
