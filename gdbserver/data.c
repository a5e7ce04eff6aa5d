// SPDX-License-Identifier: MIT
/*
 * Registers and memory: read at will, never changed. What gdb wants to change
 * would need a copy of the replay that may go its own way.
 */
#include <errno.h>
#include <string.h>

#include "common/log.h"
#include "gdbserver/state.h"

struct values {
	struct regs regs;
	struct buf xstate;
};

static void values_deinit(struct values *v)
{
	buf_deinit(&v->xstate);
}

static int values_read(struct gdb_server *s, pid_t tid, bool with_xstate, struct values *ret)
{
	int err = s->ops->regs(s->ctx, tid, &ret->regs);

	return err || !with_xstate ? err : s->ops->xstate(s->ctx, tid, &ret->xstate);
}

int gdb_do_read_registers(struct gdb_server *s, struct text args)
{
	struct values v = { 0 };
	int err = values_read(s, gdb_current_thread(s), true, &v);

	(void)args;
	for (size_t i = 0; !err && i < s->registers.n; i++)
		err = gdb_registers_append(&s->registers, i, &v.regs, &v.xstate, &s->reply);
	values_deinit(&v);
	return err;
}

static int append_register(struct gdb_server *s, pid_t tid, size_t n, struct buf *ret)
{
	struct values v = { 0 };
	int err = values_read(s, tid, !gdb_register_general(&s->registers, n), &v);

	if (!err)
		err = gdb_registers_append(&s->registers, n, &v.regs, &v.xstate, ret);
	values_deinit(&v);
	return err;
}

int gdb_do_read_register(struct gdb_server *s, struct text args)
{
	uint64_t n;

	if (!text_take_hex(&args, &n))
		return -EINVAL;
	return append_register(s, gdb_current_thread(s), n, &s->reply);
}

int gdb_register_value(struct gdb_server *s, pid_t tid, size_t n, uint64_t *ret)
{
	struct buf hex = { 0 }, bytes = { 0 };
	struct text text;
	int err = append_register(s, tid, n, &hex);

	text = (struct text){ hex.data, hex.data + hex.len };
	if (!err)
		err = text_unhex(text, &bytes);
	if (!err) {
		*ret = 0;
		memcpy(ret, bytes.data, bytes.len < sizeof(*ret) ? bytes.len : sizeof(*ret));
	}
	buf_deinit(&hex);
	buf_deinit(&bytes);
	return err;
}

static int refuse_registers(struct gdb_server *s)
{
	return gdb_reply(s, "E.a replay cannot be changed: registers stay as recorded");
}

int gdb_do_write_registers(struct gdb_server *s, struct text args)
{
	(void)args;
	return refuse_registers(s);
}

static bool has_value(struct gdb_server *s, uint64_t n, struct text value)
{
	struct buf now = { 0 };
	bool same = !append_register(s, gdb_current_thread(s), n, &now) && now.len == text_left(&value) &&
		    !memcmp(now.data, value.p, now.len);

	buf_deinit(&now);
	return same;
}

/*
 * "NUMBER=VALUE". Before each resume at a place, `run` among them, gdb writes
 * the PC it has just read, and ORIG_RAX so that the kernel would not restart a
 * system call, which it never does in a replay: both change nothing.
 */
int gdb_do_write_register(struct gdb_server *s, struct text args)
{
	uint64_t n;

	if (!text_take_hex(&args, &n) || !text_take(&args, '='))
		return -EINVAL;
	if (n == GDB_REG_ORIG_RAX || has_value(s, n, args))
		return gdb_reply(s, "OK");
	return refuse_registers(s);
}

/* gdb does not show the text of this answer, so the user is told here. */
static int refuse_memory(struct gdb_server *s)
{
	log_warn_once("gdb-write", "a replay cannot be changed: memory and registers stay as "
				   "recorded, and functions of the program cannot be called");
	return gdb_reply(s, "E.a replay cannot be changed: memory stays as recorded");
}

int gdb_do_write_memory(struct gdb_server *s, struct text args)
{
	uint64_t addr, len;

	if (!text_take_pair(&args, &addr, &len) || !text_take(&args, ':'))
		return -EINVAL;
	/* How gdb asks whether there is such a packet. */
	return len ? refuse_memory(s) : gdb_reply(s, "OK");
}

static int read_memory(struct gdb_server *s, struct text args, size_t max, struct buf *ret)
{
	uint64_t addr, len;
	uint8_t *to;
	int err;

	if (!text_take_pair(&args, &addr, &len))
		return -EINVAL;
	if (len > max)
		len = max;
	err = buf_extend(ret, len, &to);
	if (err || !len)
		return err;
	ret->len = s->ops->read(s->ctx, addr, to, len);
	return ret->len ? 0 : -EFAULT;
}

int gdb_do_read_memory(struct gdb_server *s, struct text args)
{
	struct buf bytes = { 0 };
	int err = read_memory(s, args, GDB_PACKET_BYTES / 2, &bytes);

	if (!err)
		err = hex_append(&s->reply, bytes.data, bytes.len);
	buf_deinit(&bytes);
	return err;
}

int gdb_do_read_binary(struct gdb_server *s, struct text args)
{
	struct buf bytes = { 0 };
	int err = read_memory(s, args, GDB_PACKET_BYTES, &bytes);

	if (!err)
		err = buf_append(&s->reply, "b", 1);
	if (!err)
		err = buf_append(&s->reply, bytes.data,
				 gdb_packet_fitting(bytes.data, bytes.len, GDB_PACKET_BYTES - 1));
	buf_deinit(&bytes);
	return err;
}
