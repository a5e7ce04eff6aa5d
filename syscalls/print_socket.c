// SPDX-License-Identifier: MIT
/* Addresses, messages, vectors of buffers, and the sets that are waited for. */
#include "syscalls/print.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stddef.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>

#define PRINT_FDS_BYTES 128

static void put_unix(struct printer *p, const struct sockaddr_un *a, uint32_t len)
{
	size_t n = len > offsetof(struct sockaddr_un, sun_path)
			   ? len - offsetof(struct sockaddr_un, sun_path)
			   : 0;
	const uint8_t *path = (const uint8_t *)a->sun_path;

	if (!n)
		return;
	put(p, ", sun_path=");
	if (!path[0]) { /* an abstract name */
		put(p, "@");
		put_quoted(p, path + 1, n - 1, false);
	} else {
		put_quoted(p, path, strnlen(a->sun_path, n), false);
	}
}

static void put_inet6(struct printer *p, const struct sockaddr_in6 *a)
{
	char text[INET6_ADDRSTRLEN];

	put(p, ", sin6_port=htons(%u), sin6_flowinfo=htonl(%u), ", ntohs(a->sin6_port),
	    ntohl(a->sin6_flowinfo));
	put(p, "inet_pton(AF_INET6, \"%s\", &sin6_addr), sin6_scope_id=%u",
	    inet_ntop(AF_INET6, &a->sin6_addr, text, sizeof(text)), a->sin6_scope_id);
}

void put_sockaddr(struct printer *p, taddr_t addr, uint32_t len)
{
	union {
		struct sockaddr any;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
		struct sockaddr_un un;
		struct sockaddr_storage storage;
	} a = { 0 };
	char text[INET_ADDRSTRLEN];

	if (len > sizeof(a.storage))
		len = sizeof(a.storage);
	if (len < sizeof(a.any.sa_family) || !fetch(p, addr, &a, len)) {
		print_ptr(p, addr);
		return;
	}
	put(p, "{sa_family=");
	put_choice(p, TYPE_FAMILY, a.any.sa_family);
	if (a.any.sa_family == AF_UNIX)
		put_unix(p, &a.un, len < sizeof(a.un) ? len : sizeof(a.un));
	else if (a.any.sa_family == AF_INET)
		put(p, ", sin_port=htons(%u), sin_addr=inet_addr(\"%s\")", ntohs(a.in.sin_port),
		    inet_ntop(AF_INET, &a.in.sin_addr, text, sizeof(text)));
	else if (a.any.sa_family == AF_INET6)
		put_inet6(p, &a.in6);
	else
		put(p, ", ...");
	put(p, "}");
}

void print_sockaddr(struct printer *p, uint64_t value)
{
	put_sockaddr(p, value, p->call->args[p->arg + 1]);
}

void print_sockaddrout(struct printer *p, uint64_t value)
{
	uint32_t len;

	if (succeeded(p) && fetch(p, p->call->args[p->arg + 1], &len, sizeof(len)))
		put_sockaddr(p, value, len);
	else
		print_ptr(p, value);
}

static void put_option(struct printer *p, taddr_t addr, uint32_t len)
{
	int32_t number;

	if (len == sizeof(number) && fetch(p, addr, &number, sizeof(number)))
		put(p, "[%d]", number);
	else
		put_data(p, addr, len);
}

void print_sockval(struct printer *p, uint64_t value)
{
	put_option(p, value, p->call->args[p->arg + 1]);
}

void print_sockvalout(struct printer *p, uint64_t value)
{
	uint32_t len;

	if (succeeded(p) && fetch(p, p->call->args[p->arg + 1], &len, sizeof(len)))
		put_option(p, value, len);
	else
		print_ptr(p, value);
}

/* bytes: what is shown of the buffers in all. */
static void put_iovec(struct printer *p, taddr_t addr, uint64_t n, uint64_t bytes)
{
	uint64_t iov[2];

	if (!n || !fetch(p, addr, iov, sizeof(iov))) {
		print_ptr(p, addr);
		return;
	}
	put(p, "[");
	for (uint64_t i = 0; i < n && fetch(p, addr + i * K_IOVEC, iov, sizeof(iov)); i++) {
		uint64_t here = iov[1] < bytes ? iov[1] : bytes;

		put(p, "%s", i ? ", " : "");
		if (i == PRINT_ITEMS) {
			put(p, "...");
			break;
		}
		put(p, "{iov_base=");
		put_data(p, iov[0], here);
		put(p, ", iov_len=%lu}", iov[1]);
		bytes -= here;
	}
	put(p, "]");
}

void print_iovec(struct printer *p, uint64_t value)
{
	put_iovec(p, value, p->call->args[p->arg + 1], UINT64_MAX);
}

void print_iovecout(struct printer *p, uint64_t value)
{
	if (succeeded(p))
		put_iovec(p, value, p->call->args[p->arg + 1], p->result);
	else
		print_ptr(p, value);
}

static void put_msghdr(struct printer *p, taddr_t addr, uint64_t bytes, bool received)
{
	struct msghdr m;

	if (!fetch(p, addr, &m, sizeof(m))) {
		print_ptr(p, addr);
		return;
	}
	put(p, "{msg_name=");
	put_sockaddr(p, (taddr_t)m.msg_name, m.msg_namelen);
	put(p, ", msg_namelen=%u, msg_iov=", m.msg_namelen);
	put_iovec(p, (taddr_t)m.msg_iov, m.msg_iovlen, bytes);
	put(p, ", msg_iovlen=%lu, msg_controllen=%lu, msg_flags=", m.msg_iovlen, m.msg_controllen);
	put_flags(p, TYPE_MSGFLAGS, received ? (uint32_t)m.msg_flags : 0);
	put(p, "}");
}

void print_msghdr(struct printer *p, uint64_t value)
{
	put_msghdr(p, value, UINT64_MAX, false);
}

void print_msghdrout(struct printer *p, uint64_t value)
{
	if (succeeded(p))
		put_msghdr(p, value, p->result, true);
	else
		print_ptr(p, value);
}

void print_pollfds(struct printer *p, uint64_t value)
{
	uint32_t n = p->call->args[p->arg + 1];
	struct pollfd fd;

	if (!n || !fetch(p, value, &fd, sizeof(fd))) {
		print_ptr(p, value);
		return;
	}
	put(p, "[");
	for (uint32_t i = 0; i < n && fetch(p, value + i * sizeof(fd), &fd, sizeof(fd)); i++) {
		put(p, "%s", i ? ", " : "");
		if (i == PRINT_ITEMS) {
			put(p, "...");
			break;
		}
		put(p, "{fd=%d, events=", fd.fd);
		put_flags(p, TYPE_POLL, (uint16_t)fd.events);
		if (succeeded(p) && fd.revents) {
			put(p, ", revents=");
			put_flags(p, TYPE_POLL, (uint16_t)fd.revents);
		}
		put(p, "}");
	}
	put(p, "]");
}

void print_fdset(struct printer *p, uint64_t value)
{
	uint64_t n = (uint32_t)p->call->args[0];
	uint8_t set[PRINT_FDS_BYTES];
	const char *between = "";

	if (n > sizeof(set) * 8)
		n = sizeof(set) * 8;
	if (!n || !fetch(p, value, set, (n + 7) / 8)) {
		print_ptr(p, value);
		return;
	}
	put(p, "[");
	for (unsigned i = 0; i < n; i++) {
		if (!(set[i / 8] >> i % 8 & 1))
			continue;
		put(p, "%s%u", between, i);
		between = " ";
	}
	put(p, "]");
}

/* struct epoll_event is packed on x86-64, in libc too. */
static void put_epoll(struct printer *p, const struct epoll_event *e)
{
	put(p, "{events=");
	put_flags(p, TYPE_EPOLL, e->events);
	put(p, ", data=0x%lx}", e->data.u64);
}

void print_epollevent(struct printer *p, uint64_t value)
{
	struct epoll_event e;

	if (fetch(p, value, &e, sizeof(e)))
		put_epoll(p, &e);
	else
		print_ptr(p, value);
}

void print_epollevents(struct printer *p, uint64_t value)
{
	struct epoll_event e;

	if (!succeeded(p) || !p->mem) {
		print_ptr(p, value);
		return;
	}
	put(p, "[");
	for (int64_t i = 0; i < p->result && fetch(p, value + i * sizeof(e), &e, sizeof(e)); i++) {
		put(p, "%s", i ? ", " : "");
		if (i == PRINT_ITEMS) {
			put(p, "...");
			break;
		}
		put_epoll(p, &e);
	}
	put(p, "]");
}
