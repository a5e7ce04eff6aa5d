// SPDX-License-Identifier: MIT
/* Sockets: addresses, messages with control data, options, interfaces. */
#include "canary.h"

#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <linux/filter.h>
#include <linux/sockios.h>

static void *length(struct canary *c, uint32_t n)
{
	return canary_copy(c, &n, sizeof(n));
}

static void stream_pair(struct canary *c, int fd[2])
{
	MUST(c, !socketpair(AF_UNIX, SOCK_STREAM, 0, fd));
}

/* Two connected sockets of the internet kind; fd[2] listens. */
static void inet_pair(struct canary *c, int fd[3])
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t n = sizeof(a);

	fd[2] = socket(AF_INET, SOCK_STREAM, 0);
	fd[0] = socket(AF_INET, SOCK_STREAM, 0);
	MUST(c, fd[0] >= 0 && !bind(fd[2], (void *)&a, n) && !listen(fd[2], 4));
	MUST(c, !getsockname(fd[2], (void *)&a, &n) && !connect(fd[0], (void *)&a, n));
}

static void pairs(struct canary *c)
{
	GOOD(c, socketpair, AF_UNIX, SOCK_DGRAM, 0, canary_room(c, 8));
}

static void accepted_addresses(struct canary *c)
{
	int fd[3], again[3];

	inet_pair(c, fd);
	GOOD(c, accept, fd[2], canary_room(c, 64), length(c, 64));
	inet_pair(c, again);
	GOOD(c, accept4, again[2], canary_room(c, 64), length(c, 7), SOCK_CLOEXEC);
	inet_pair(c, fd);
	GOOD(c, accept, fd[2], NULL, NULL);
}

static void names_of_sockets(struct canary *c)
{
	int fd[3];

	inet_pair(c, fd);
	GOOD(c, getsockname, fd[0], canary_room(c, 64), length(c, 64));
	GOOD(c, getsockname, fd[0], canary_room(c, 64), length(c, 3));
	GOOD(c, getpeername, fd[0], canary_room(c, 64), length(c, 64));
	BAD(c, ENOTCONN, getpeername, fd[2], canary_room(c, 64), length(c, 64));
}

static int datagram_with_sender(struct canary *c, const char *text)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	int to = socket(AF_INET, SOCK_DGRAM, 0), from = socket(AF_INET, SOCK_DGRAM, 0);
	socklen_t n = sizeof(a);

	MUST(c, to >= 0 && from >= 0 && !bind(to, (void *)&a, n));
	MUST(c, !getsockname(to, (void *)&a, &n));
	for (int i = 0; i < 3; i++)
		MUST(c, sendto(from, text, strlen(text), 0, (void *)&a, n) > 0);
	return to;
}

static void receives(struct canary *c)
{
	int fd = datagram_with_sender(c, "hello");

	GOOD(c, recvfrom, fd, canary_room(c, 100), 100, 0, canary_room(c, 64), length(c, 64));
	GOOD(c, recvfrom, fd, canary_room(c, 2), 2, MSG_TRUNC, canary_room(c, 64), length(c, 5));
	GOOD(c, recvfrom, fd, canary_room(c, 100), 100, 0, NULL, NULL);
	BAD(c, EAGAIN, recvfrom, fd, canary_room(c, 9), 9, MSG_DONTWAIT, canary_room(c, 64),
	    length(c, 64));
}

static struct msghdr message(struct canary *c, size_t name, size_t control, size_t data)
{
	struct iovec iov[2] = { { canary_room(c, 2), 2 }, { canary_room(c, data), data } };

	return (struct msghdr){ .msg_name = name ? canary_room(c, name) : NULL,
				.msg_namelen = name,
				.msg_control = control ? canary_room(c, control) : NULL,
				.msg_controllen = control,
				.msg_iov = canary_copy(c, iov, sizeof(iov)),
				.msg_iovlen = 2 };
}

static void receives_messages(struct canary *c)
{
	int fd = datagram_with_sender(c, "hello"), one = 1;
	struct msghdr full = message(c, 64, 128, 50), bare = message(c, 0, 0, 1);

	MUST(c, !setsockopt(fd, SOL_SOCKET, SO_TIMESTAMP, &one, sizeof(one)));
	GOOD(c, recvmsg, fd, canary_copy(c, &full, sizeof(full)), 0);
	GOOD(c, recvmsg, fd, canary_copy(c, &bare, sizeof(bare)), 0);
	BAD(c, EAGAIN, recvmsg, socket(AF_INET, SOCK_DGRAM, 0), canary_copy(c, &full, sizeof(full)),
	    MSG_DONTWAIT);
}

static void send_descriptors(struct canary *c, int to)
{
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(2 * sizeof(int))];
	} control = { .head = { CMSG_LEN(2 * sizeof(int)), SOL_SOCKET, SCM_RIGHTS } };
	struct iovec iov = { "x", 1 };
	struct msghdr m = { .msg_iov = &iov,
			    .msg_iovlen = 1,
			    .msg_control = &control,
			    .msg_controllen = sizeof(control) };
	int fds[2] = { 0, 1 };

	memcpy(CMSG_DATA(&control.head), fds, sizeof(fds));
	MUST(c, sendmsg(to, &m, 0) == 1);
}

static void receives_descriptors(struct canary *c)
{
	struct msghdr roomy = message(c, 0, 100, 10), tight = message(c, 0, 20, 10);
	int fd[2];

	stream_pair(c, fd);
	send_descriptors(c, fd[0]);
	GOOD(c, recvmsg, fd[1], canary_copy(c, &roomy, sizeof(roomy)), 0);
	send_descriptors(c, fd[0]);
	GOOD(c, recvmsg, fd[1], canary_copy(c, &tight, sizeof(tight)), 0);
}

static void receives_many_messages(struct canary *c)
{
	int fd = datagram_with_sender(c, "a longer text");
	struct timespec second = { 1, 0 };
	struct mmsghdr m[4];

	for (size_t i = 0; i < ARRAY_SIZE(m); i++)
		m[i] = (struct mmsghdr){ message(c, i % 2 ? 64 : 0, 0, i * 7 + 1), 0 };
	GOOD(c, recvmmsg, fd, canary_copy(c, m, sizeof(m)), 4, MSG_DONTWAIT,
	     canary_copy(c, &second, sizeof(second)));
	BAD(c, EAGAIN, recvmmsg, fd, canary_copy(c, m, sizeof(m)), 4, MSG_DONTWAIT, NULL);
}

static void sends_many_messages(struct canary *c)
{
	struct iovec iov = { "text", 4 };
	struct mmsghdr m[2] = { { .msg_hdr = { .msg_iov = &iov, .msg_iovlen = 1 } },
				{ .msg_hdr = { .msg_iov = &iov, .msg_iovlen = 1 } } };
	int fd[2];

	stream_pair(c, fd);
	GOOD(c, sendmmsg, fd[0], canary_copy(c, m, sizeof(m)), 2, 0);
}

static void option(struct canary *c, int fd, int level, int name, uint32_t room)
{
	CALL(c, getsockopt, fd, level, name, canary_room(c, room), length(c, room));
}

static void options(struct canary *c)
{
	int fd[3], pair[2];

	inet_pair(c, fd);
	stream_pair(c, pair);
	for (int name = 0; name < 80; name++) {
		option(c, fd[0], SOL_SOCKET, name, 256);
		option(c, fd[0], SOL_SOCKET, name, 3);
		option(c, pair[0], SOL_SOCKET, name, 64);
		option(c, fd[0], IPPROTO_IP, name, 64);
		if (name != 35) /* TCP_ZEROCOPY_RECEIVE is not modelled */
			option(c, fd[0], IPPROTO_TCP, name, 256);
	}
	GOOD(c, getsockopt, fd[0], SOL_SOCKET, SO_TYPE, canary_room(c, 4), length(c, 4));
	BAD(c, EINVAL, getsockopt, fd[0], SOL_SOCKET, SO_TYPE, canary_room(c, 4), length(c, -1));
}

static void option_levels(struct canary *c)
{
	int v6 = socket(AF_INET6, SOCK_STREAM, 0), netlink = socket(AF_NETLINK, SOCK_RAW, 0),
	    udp = socket(AF_INET, SOCK_DGRAM, 0);

	for (int name = 0; name < 80; name++) {
		option(c, v6, IPPROTO_IPV6, name, 64);
		option(c, netlink, 270, name, 64);
		option(c, udp, IPPROTO_UDP, name, 64);
	}
	GOOD(c, getsockopt, udp, IPPROTO_UDP, 1 /* UDP_CORK */, canary_room(c, 4), length(c, 4));
}

/* Sockets that need privileges: an option each. */
static void raw_option_levels(struct canary *c)
{
	int icmp = socket(AF_INET, SOCK_RAW, IPPROTO_ICMP), six, packet;

	if (icmp < 0)
		canary_skip(c, "raw sockets", -errno);
	GOOD(c, getsockopt, icmp, IPPROTO_RAW, 1 /* ICMP_FILTER */, canary_room(c, 4),
	     length(c, 4));
	six = socket(AF_INET6, SOCK_RAW, IPPROTO_ICMPV6);
	CALL(c, getsockopt, six, IPPROTO_ICMPV6, 1, canary_room(c, 64), length(c, 64));
	packet = socket(AF_PACKET, SOCK_RAW, 0);
	for (int name = 0; name < 30; name++)
		option(c, packet, 263, name, 64);
}

static void stamps_of_packets(struct canary *c)
{
	int fd = datagram_with_sender(c, "hello");
	char byte;

	CALL(c, ioctl, fd, SIOCGSTAMP_OLD, canary_room(c, 16));
	MUST(c, recv(fd, &byte, 1, 0) == 1);
	CALL(c, ioctl, fd, SIOCGSTAMP_OLD, canary_room(c, 16));
	CALL(c, ioctl, fd, SIOCGSTAMPNS_OLD, canary_room(c, 16));
}

static void attached_filter(struct canary *c)
{
	struct sock_filter code[2] = { { 0x28, 0, 0, 0 }, { 0x06, 0, 0, 0xffff } };
	struct sock_fprog program = { 2, code };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	MUST(c, !setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)));
	GOOD(c, getsockopt, fd, SOL_SOCKET, SO_GET_FILTER, canary_room(c, 64), length(c, 8));
}

static void interfaces(struct canary *c)
{
	static const unsigned commands[] = { SIOCGIFFLAGS,   SIOCGIFADDR,    SIOCGIFDSTADDR,
					     SIOCGIFBRDADDR, SIOCGIFNETMASK, SIOCGIFMETRIC,
					     SIOCGIFMTU,     SIOCGIFHWADDR,  SIOCGIFINDEX,
					     SIOCGIFTXQLEN };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	struct ifreq lo = { .ifr_name = "lo" };
	struct ifconf all = { .ifc_len = 400, .ifc_buf = canary_room(c, 400) };

	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		GOOD(c, ioctl, fd, commands[i], canary_copy(c, &lo, sizeof(lo)));
	lo.ifr_ifindex = 1;
	GOOD(c, ioctl, fd, SIOCGIFNAME, canary_copy(c, &lo, sizeof(lo)));
	GOOD(c, ioctl, fd, SIOCGIFCONF, canary_copy(c, &all, sizeof(all)));
}

static void socket_states(struct canary *c)
{
	int fd[3];

	inet_pair(c, fd);
	GOOD(c, ioctl, fd[0], SIOCATMARK, canary_room(c, 4));
	GOOD(c, ioctl, fd[0], FIOGETOWN, canary_room(c, 4));
	GOOD(c, ioctl, fd[0], SIOCGPGRP, canary_room(c, 4));
	GOOD(c, ioctl, fd[0], SIOCOUTQNSD, canary_room(c, 4));
	GOOD(c, ioctl, fd[0], SIOCOUTQ, canary_room(c, 4));
}

FAMILY(socket, CASE(pairs), CASE(accepted_addresses), CASE(names_of_sockets), CASE(receives),
       CASE(receives_messages), CASE(receives_descriptors), CASE(receives_many_messages),
       CASE(sends_many_messages), CASE(options), CASE(option_levels),
       CASE_FOR(raw_option_levels, "IPPROTO_RAW IPPROTO_ICMPV6 SOL_PACKET"),
       CASE(stamps_of_packets), CASE(attached_filter), CASE_FOR(interfaces, "SIOCGIF*"),
       CASE(socket_states))
