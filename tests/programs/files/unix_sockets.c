// SPDX-License-Identifier: MIT
// A server and a client over a socket in the file system; datagrams too.
#include <sys/socket.h>
#include <sys/un.h>

#include "check.h"

static struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = "socket" };

static int client(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	char buf[8];

	CHECK(!connect(fd, (struct sockaddr *)&address, sizeof(address)));
	CHECK(send(fd, "ping", 4, 0) == 4);
	CHECK(recv(fd, buf, 8, MSG_WAITALL) == 4 && !memcmp(buf, "pong", 4));
	return 0;
}

int main(void)
{
	int server = socket(AF_UNIX, SOCK_STREAM, 0), fd, pair[2];
	struct ucred peer;
	socklen_t len = sizeof(peer);
	char buf[8] = "";
	pid_t pid;

	CHECK(!bind(server, (struct sockaddr *)&address, sizeof(address)) && !listen(server, 1));
	pid = spawn(client);
	fd = accept(server, NULL, NULL);
	CHECK(fd >= 0 && recv(fd, buf, 8, 0) == 4 && !memcmp(buf, "ping", 4));
	CHECK(!getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) && peer.pid == pid);
	CHECK(send(fd, "pong", 4, MSG_NOSIGNAL) == 4 && !shutdown(fd, SHUT_WR));
	CHECK(wait_for(pid) == 0);
	CHECK(!socketpair(AF_UNIX, SOCK_DGRAM, 0, pair));
	CHECK(write(pair[0], "one", 3) == 3 && write(pair[0], "three", 5) == 5);
	CHECK(read(pair[1], buf, 8) == 3 && recv(pair[1], buf, 2, MSG_TRUNC) == 5);
	return 0;
}
