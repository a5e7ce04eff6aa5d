// SPDX-License-Identifier: MIT
#include "cli/replay_gdb_listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/log.h"

static int bind_private(struct gdb_listener *l)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };

	snprintf(l->path, sizeof(l->path), "%s/gdb", l->dir);
	memcpy(addr.sun_path, l->path, strlen(l->path) + 1);
	l->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (l->fd < 0 || bind(l->fd, (struct sockaddr *)&addr, sizeof(addr)) ||
	    listen(l->fd, 1))
		return fail_errno(-errno, "socket for gdb: %s", l->path);
	return 0;
}

int gdb_listener_init_private(struct gdb_listener *l)
{
	int error;

	*l = (struct gdb_listener){ .fd = -1, .dir = "/tmp/deja-XXXXXX" };
	if (!mkdtemp(l->dir)) {
		error = -errno;
		l->dir[0] = '\0';
		return fail_errno(error, "directory for gdb's socket in /tmp");
	}
	error = bind_private(l);
	if (error)
		gdb_listener_deinit(l);
	return error;
}

static int bind_port(struct gdb_listener *l, uint16_t port)
{
	struct sockaddr_in addr = { .sin_family = AF_INET,
				    .sin_port = htons(port),
				    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(addr);
	int on = 1;

	l->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (l->fd < 0 || setsockopt(l->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) ||
	    bind(l->fd, (struct sockaddr *)&addr, sizeof(addr)) || listen(l->fd, 1) ||
	    getsockname(l->fd, (struct sockaddr *)&addr, &len))
		return fail_errno(-errno, "listening at port %u of 127.0.0.1", port);
	l->port = ntohs(addr.sin_port);
	snprintf(l->path, sizeof(l->path), "127.0.0.1:%u", l->port);
	return 0;
}

int gdb_listener_init_port(struct gdb_listener *l, uint16_t port)
{
	int error;

	*l = (struct gdb_listener){ .fd = -1 };
	error = bind_port(l, port);
	if (error)
		gdb_listener_deinit(l);
	return error;
}

void gdb_listener_deinit(struct gdb_listener *l)
{
	if (l->fd >= 0)
		close(l->fd);
	l->fd = -1;
	if (!l->dir[0])
		return;
	unlink(l->path);
	rmdir(l->dir);
	l->dir[0] = '\0';
}

/* The user at the other end of a connection of this machine, by the kernel's
 * table: "  0: 0100007F:PORT 0100007F:PORT ST TX:RX TR:WHEN RETR UID ..." */
static bool peer_uid(uint16_t peer_port, uint16_t own_port, uid_t *ret)
{
	FILE *table = fopen("/proc/net/tcp", "re");
	unsigned local, local_port, remote, remote_port, uid;
	char line[256];
	bool found = false;

	while (table && !found && fgets(line, sizeof(line), table))
		found = sscanf(line, " %*d: %x:%x %x:%x %*x %*x:%*x %*x:%*x %*x %u", &local,
			       &local_port, &remote, &remote_port, &uid) == 5 &&
			local == htonl(INADDR_LOOPBACK) && local_port == peer_port &&
			remote_port == own_port;
	if (table)
		fclose(table);
	if (found)
		*ret = uid;
	return found;
}

static bool is_welcome(const struct gdb_listener *l, int fd)
{
	struct sockaddr_in peer = { 0 };
	socklen_t len = sizeof(peer);
	uid_t uid;

	if (l->dir[0])
		return true;
	if (getpeername(fd, (struct sockaddr *)&peer, &len) ||
	    !peer_uid(ntohs(peer.sin_port), l->port, &uid))
		return false;
	return uid == geteuid() || uid == 0;
}

/* One stop costs a round trip: nothing may wait for more to send. */
static void hurry(const struct gdb_listener *l, int fd)
{
	int on = 1;

	if (l->port)
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

static int accept_one(const struct gdb_listener *l, int *ret)
{
	cleanup_close int fd = accept4(l->fd, NULL, NULL, SOCK_CLOEXEC);

	if (fd < 0 && errno != EINTR && errno != ECONNABORTED)
		return fail_errno(-errno, "accepting gdb's connection");
	if (fd < 0)
		return 0;
	if (!is_welcome(l, fd)) {
		log_warn("refused a connection of another user to port %u", l->port);
		return 0;
	}
	hurry(l, fd);
	*ret = fd;
	fd = -1;
	return 0;
}

int gdb_listener_accept(const struct gdb_listener *l, int pidfd, int *ret)
{
	struct pollfd fds[] = { { .fd = l->fd, .events = POLLIN },
				{ .fd = pidfd, .events = POLLIN } };
	int fd = -1, error = 0;

	while (fd < 0 && !error) {
		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			return fail_errno(-errno, "waiting for gdb");
		if (fds[0].revents)
			error = accept_one(l, &fd);
		else if (fds[1].revents)
			break;
	}
	if (!error)
		*ret = fd;
	return error;
}
