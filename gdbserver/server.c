// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "gdbserver/state.h"

int gdb_server_create(const struct gdb_target_ops *ops, void *ctx, const struct gdb_io *io,
		      struct gdb_server **ret)
{
	struct gdb_server *s = calloc(1, sizeof(*s));
	struct gdb_xsave_layout layout = { 0 };
	int err;

	if (!s)
		return -ENOMEM;
	s->ops = ops;
	s->ctx = ctx;
	s->io = io;
	for (size_t i = 0; i < GDB_MAX_FILES; i++)
		s->files[i] = -1;
	ops->xsave_layout(ctx, &layout);
	err = gdb_registers_init(&s->registers, &layout);
	if (err) {
		free(s);
		return err;
	}
	gdb_started(s);
	*ret = s;
	return 0;
}

void gdb_server_destroy(struct gdb_server *s)
{
	gdb_remove_points(s);
	gdb_close_files(s);
	gdb_packet_reader_deinit(&s->in);
	gdb_registers_deinit(&s->registers);
	buf_deinit(&s->reply);
	buf_deinit(&s->out);
	buf_deinit(&s->xfer);
	free(s);
}

static int write_byte(struct gdb_server *s, char c)
{
	return s->no_ack ? 0 : s->io->write(s->io->ctx, &c, 1);
}

int gdb_send(struct gdb_server *s, const struct buf *payload)
{
	int err;

	buf_clear(&s->out);
	err = gdb_packet_append(&s->out, payload->data, payload->len);
	return err ? err : s->io->write(s->io->ctx, s->out.data, s->out.len);
}

/* What went wrong in a command becomes its answer. */
static int answer(struct gdb_server *s, int error)
{
	if (error == -ENOMEM)
		return error;
	if (error)
		buf_clear(&s->reply);
	if (error && error != -EOPNOTSUPP)
		error = buf_printf(&s->reply, "E%02x", -error & 0xff);
	else
		error = 0;
	if (!error && s->reply.len > GDB_PACKET_BYTES) {
		buf_clear(&s->reply);
		error = buf_printf(&s->reply, "E%02x", EMSGSIZE);
	}
	return error ? error : gdb_send(s, &s->reply);
}

static int run_packet(struct gdb_server *s)
{
	const struct buf *payload = &s->in.payload;
	struct text packet = { NULL, NULL };
	/* The acknowledgement of QStartNoAckMode itself is still due. */
	int err = write_byte(s, '+');

	if (err)
		return err;
	if (payload->len)
		packet = (struct text){ payload->data, payload->data + payload->len };
	buf_clear(&s->reply);
	s->no_reply = false;
	err = gdb_dispatch(s, packet);
	if (err == -EPIPE)
		return err;
	return s->no_reply ? 0 : answer(s, err);
}

static int refuse_long_packet(struct gdb_server *s)
{
	int err = write_byte(s, '+');

	buf_clear(&s->reply);
	return err ? err : answer(s, -EMSGSIZE);
}

static int handle(struct gdb_server *s, enum gdb_packet_event event)
{
	switch (event) {
	case GDB_PACKET_COMPLETE:
		return run_packet(s);
	case GDB_PACKET_TOO_LONG:
		return refuse_long_packet(s);
	case GDB_PACKET_BAD:
		return write_byte(s, '-');
	case GDB_PACKET_NAK:
		return s->no_ack || !s->out.len
			       ? 0
			       : s->io->write(s->io->ctx, s->out.data, s->out.len);
	case GDB_PACKET_INTERRUPT: /* nothing runs any more */
	case GDB_PACKET_ACK:
	case GDB_PACKET_NOTHING:
		break;
	}
	return 0;
}

int gdb_server_take(struct gdb_server *s, const void *data, size_t len)
{
	const uint8_t *p = data;

	for (size_t i = 0; i < len; i++) {
		enum gdb_packet_event event;
		int err = gdb_packet_take(&s->in, p[i], &event);

		if (err)
			return err;
		s->rest = p + i + 1;
		s->n_rest = len - i - 1;
		err = handle(s, event);
		if (err)
			return err;
	}
	s->n_rest = 0;
	return 0;
}

/* gdb sends nothing but an interrupt until it has the answer to a resume. */
bool gdb_interrupt_pending(const struct gdb_server *s)
{
	return s->n_rest && s->rest[0] == 0x03;
}
