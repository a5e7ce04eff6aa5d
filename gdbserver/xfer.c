// SPDX-License-Identifier: MIT
/*
 * Objects that gdb reads piece by piece.
 *
 *	qXfer:features:read:target.xml:0,fff	-> "m" and a piece, "l" and the last
 *
 * An object is made when its beginning is read, and kept for the rest.
 */
#include <errno.h>
#include <string.h>

#include "gdbserver/state.h"

typedef int make_object(struct gdb_server *s, struct text annex, struct buf *ret);

static int make_features(struct gdb_server *s, struct text annex, struct buf *ret)
{
	if (!text_take_word(&annex, "target.xml") || text_left(&annex))
		return -ENOENT;
	return buf_append(ret, s->registers.xml.data, s->registers.xml.len);
}

static int make_auxv(struct gdb_server *s, struct text annex, struct buf *ret)
{
	(void)annex;
	return s->alive ? s->ops->auxv(s->ctx, ret) : -ESRCH;
}

static int make_siginfo(struct gdb_server *s, struct text annex, struct buf *ret)
{
	(void)annex;
	if (!s->alive || s->stop.kind != GDB_STOP_SIGNAL)
		return -ENOENT;
	return buf_append(ret, s->stop.siginfo, sizeof(s->stop.siginfo));
}

static int make_exec_file(struct gdb_server *s, struct text annex, struct buf *ret)
{
	const char *path = s->alive ? s->ops->exec_file(s->ctx) : NULL;

	(void)annex;
	return path ? buf_append(ret, path, strlen(path)) : -ENOENT;
}

static int make_threads(struct gdb_server *s, struct text annex, struct buf *ret)
{
	(void)annex;
	return gdb_describe_threads(s, ret);
}

static const struct {
	const char *name;
	make_object *make;
} objects[] = {
	{ ":features:read:", make_features },	{ ":auxv:read:", make_auxv },
	{ ":siginfo:read:", make_siginfo },	{ ":exec-file:read:", make_exec_file },
	{ ":threads:read:", make_threads },
};

static int reply_piece(struct gdb_server *s, uint64_t offset, uint64_t len)
{
	size_t left = offset < s->xfer.len ? s->xfer.len - offset : 0;
	const uint8_t *from = left ? s->xfer.data + offset : NULL;
	size_t n = left < len ? left : len;
	int err;

	n = gdb_packet_fitting(from, n, GDB_PACKET_BYTES - 1);
	err = buf_append(&s->reply, n < left ? "m" : "l", 1);
	return err ? err : buf_append(&s->reply, from, n);
}

static int read_object(struct gdb_server *s, make_object *make, struct text args)
{
	struct text annex = text_take_until(&args, ':');
	uint64_t offset, len;

	if (!text_take(&args, ':') || !text_take_pair(&args, &offset, &len))
		return -EINVAL;
	if (offset == 0 || make != s->xfer_made_by) {
		int err;

		buf_clear(&s->xfer);
		s->xfer_made_by = NULL;
		err = make(s, annex, &s->xfer);
		if (err)
			return err;
		s->xfer_made_by = make;
	}
	return reply_piece(s, offset, len);
}

int gdb_do_xfer(struct gdb_server *s, struct text args)
{
	for (size_t i = 0; i < ARRAY_SIZE(objects); i++)
		if (text_take_word(&args, objects[i].name))
			return read_object(s, objects[i].make, args);
	return -EOPNOTSUPP;
}
