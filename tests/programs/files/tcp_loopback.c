// SPDX-License-Identifier: MIT
// A connection over 127.0.0.1, with addresses and options.
// output: varies
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "check.h"

static struct sockaddr_in address = { .sin_family = AF_INET };

static int client(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;
	char buf[65536] = "", *p = buf;
	ssize_t n;

	CHECK(!setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)));
	CHECK(!connect(fd, (struct sockaddr *)&address, sizeof(address)));
	while ((n = read(fd, p, (size_t)(buf + sizeof(buf) - p))) > 0)
		p += n;
	return p - buf == 50000 && buf[49999] == 'z' ? 0 : 1;
}

int main(void)
{
	int server = socket(AF_INET, SOCK_STREAM, 0), fd;
	struct sockaddr_in peer;
	socklen_t len = sizeof(address);
	static char data[50000];
	pid_t pid;

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	CHECK(!bind(server, (struct sockaddr *)&address, sizeof(address)) && !listen(server, 1));
	CHECK(!getsockname(server, (struct sockaddr *)&address, &len) && address.sin_port);
	pid = spawn(client);
	len = sizeof(peer);
	fd = accept4(server, (struct sockaddr *)&peer, &len, SOCK_CLOEXEC);
	CHECK(fd >= 0 && len == sizeof(peer) && peer.sin_addr.s_addr == htonl(INADDR_LOOPBACK));
	memset(data, 'z', sizeof(data));
	for (size_t sent = 0; sent < sizeof(data);) {
		ssize_t n = send(fd, data + sent, sizeof(data) - sent, 0);

		CHECK(n > 0);
		sent += (size_t)n;
	}
	CHECK(!close(fd));
	CHECK(wait_for(pid) == 0);
	printf("port %d\n", ntohs(peer.sin_port));
	return 0;
}
