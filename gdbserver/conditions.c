// SPDX-License-Identifier: MIT
#include "gdbserver/conditions.h"

#include <errno.h>
#include <string.h>

#include "gdbserver/agent.h"

/* One after the other: two bytes of length, and the bytecode. */
static int parse_one(struct text *args, struct buf *ret)
{
	struct text code = { NULL, NULL };
	uint16_t bytes;
	uint64_t len;
	int err;

	if (!text_take(args, ';') || !text_take(args, 'X') || !text_take_hex(args, &len) ||
	    !text_take(args, ','))
		return -EINVAL;
	if (len > UINT16_MAX || len * 2 > text_left(args))
		return -EINVAL;
	code.p = args->p;
	code.end = args->p + len * 2;
	args->p = code.end;
	bytes = (uint16_t)len;
	err = buf_append(ret, &bytes, sizeof(bytes));
	return err ? err : text_unhex(code, ret);
}

int gdb_conditions_parse(struct text args, struct buf *ret)
{
	int err = 0;

	while (!err && text_left(&args))
		err = parse_one(&args, ret);
	return err;
}

struct thread {
	struct gdb_server *s;
	pid_t tid;
};

static int thread_register(void *ctx, unsigned n, uint64_t *ret)
{
	const struct thread *t = ctx;

	return gdb_register_value(t->s, t->tid, n, ret);
}

static int thread_read(void *ctx, taddr_t addr, void *ret, size_t len)
{
	const struct thread *t = ctx;

	return t->s->ops->read(t->s->ctx, addr, ret, len) == len ? 0 : -EFAULT;
}

bool gdb_conditions_hold(struct gdb_server *s, pid_t tid, const struct buf *conditions)
{
	struct thread thread = { s, tid };
	const struct gdb_agent agent = { &thread, thread_register, thread_read };
	uint64_t value;
	uint16_t len;

	if (!conditions->len)
		return true;
	for (size_t at = 0; at < conditions->len; at += len) {
		memcpy(&len, conditions->data + at, sizeof(len));
		at += sizeof(len);
		if (gdb_agent_evaluate(&agent, conditions->data + at, len, &value) || value)
			return true;
	}
	return false;
}
