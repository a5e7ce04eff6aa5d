// SPDX-License-Identifier: MIT
#include "gdbserver/serve.h"

#include <errno.h>
#include <sys/socket.h>

#include "gdbserver/watcher.h"

struct connection {
	int fd;
	struct gdb_watcher *watcher;
};

static int write_all(void *ctx, const void *data, size_t len)
{
	const struct connection *c = ctx;
	const char *p = data;

	while (len) {
		ssize_t n = send(c->fd, p, len, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -EPIPE;
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

static void running(void *ctx, bool now)
{
	const struct connection *c = ctx;

	gdb_watcher_running(c->watcher, now);
}

static int loop(struct gdb_server *s, int fd)
{
	uint8_t bytes[4096];

	for (;;) {
		ssize_t n = recv(fd, bytes, sizeof(bytes), 0);
		int err;

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return 0;
		err = gdb_server_take(s, bytes, (size_t)n);
		if (err)
			return err == -EPIPE ? 0 : err;
	}
}

int gdb_serve(int fd, const struct gdb_target_ops *ops, void *ctx)
{
	struct connection c = { .fd = fd };
	const struct gdb_io io = { .ctx = &c, .write = write_all, .running = running };
	struct gdb_server *s;
	int err = gdb_watcher_create(fd, ops, ctx, &c.watcher);

	if (err)
		return err;
	err = gdb_server_create(ops, ctx, &io, &s);
	if (!err) {
		err = loop(s, fd);
		gdb_server_destroy(s);
	}
	gdb_watcher_destroy(c.watcher);
	return err;
}
