// SPDX-License-Identifier: MIT
/*
 * Telling gdb why the process stands where it stands.
 *
 *	T05swbreak:;06:...;07:...;10:...;thread:p1f4.1f4;
 *	W00;process:1f4		it exited;  X0b;process:1f4: a signal killed it
 */
#include <errno.h>
#include <string.h>
#include <sys/wait.h>

#include "gdbserver/state.h"

static int reply_gone(struct gdb_server *s)
{
	int status = s->stop.status;
	int err;

	if (WIFSIGNALED(status))
		err = gdb_reply(s, "X%02x", gdb_signal(WTERMSIG(status)));
	else
		err = gdb_reply(s, "W%02x", WEXITSTATUS(status));
	if (!err && s->multiprocess)
		err = gdb_reply(s, ";process:%x", (unsigned)s->ops->process(s->ctx));
	return err;
}

static int stop_signal(const struct gdb_stop *stop)
{
	switch (stop->kind) {
	case GDB_STOP_SIGNAL:
		return gdb_signal(stop->signo);
	case GDB_STOP_INTERRUPTED:
		return GDB_SIGNAL_INT;
	case GDB_STOP_ARRIVED:
		return GDB_SIGNAL_0;
	default:
		return GDB_SIGNAL_TRAP;
	}
}

static int reply_breakpoint(struct gdb_server *s)
{
	enum gdb_point_type type = GDB_POINT_SOFTWARE;
	struct regs regs;

	if (s->ops->regs(s->ctx, s->stop.tid, &regs) ||
	    !gdb_has_breakpoint(s, regs.rip, &type))
		return 0;
	if (type == GDB_POINT_SOFTWARE && s->gdb_takes.swbreak)
		return gdb_reply(s, "swbreak:;");
	if (type == GDB_POINT_HARDWARE && s->gdb_takes.hwbreak)
		return gdb_reply(s, "hwbreak:;");
	return 0;
}

static int reply_watch(struct gdb_server *s)
{
	static const char *const names[] = { [GDB_WATCH_WRITE] = "watch",
					     [GDB_WATCH_READ] = "rwatch",
					     [GDB_WATCH_ACCESS] = "awatch" };

	return gdb_reply(s, "%s:%llx;", names[s->stop.watch_type],
			 (unsigned long long)s->stop.watch_addr);
}

static int reply_exec(struct gdb_server *s)
{
	const char *path = s->ops->exec_file(s->ctx);
	int err;

	if (!s->gdb_takes.exec_events || !path)
		return 0;
	err = gdb_reply(s, "exec:");
	if (!err)
		err = hex_append(&s->reply, path, strlen(path));
	return err ? err : gdb_reply(s, ";");
}

static int reply_reason(struct gdb_server *s)
{
	switch (s->stop.kind) {
	case GDB_STOP_BREAKPOINT:
		return reply_breakpoint(s);
	case GDB_STOP_WATCH:
		return reply_watch(s);
	case GDB_STOP_EXEC:
		return reply_exec(s);
	case GDB_STOP_END:
		return gdb_reply(s, "replaylog:end;");
	default:
		return 0;
	}
}

/* The registers that gdb asks for at each stop, to save the round trip. */
static int reply_registers(struct gdb_server *s)
{
	static const uint8_t numbers[] = { GDB_REG_RBP, GDB_REG_RSP, GDB_REG_RIP };
	const struct buf none = { 0 };
	struct regs regs;
	int err = s->ops->regs(s->ctx, s->stop.tid, &regs);

	if (err)
		return err == -ENOMEM ? err : 0;
	for (size_t i = 0; !err && i < ARRAY_SIZE(numbers); i++) {
		err = gdb_reply(s, "%02x:", numbers[i]);
		if (!err)
			err = gdb_registers_append(&s->registers, numbers[i], &regs, &none,
						   &s->reply);
		if (!err)
			err = gdb_reply(s, ";");
	}
	return err;
}

int gdb_reply_stop(struct gdb_server *s)
{
	int err;

	if (!s->alive)
		return reply_gone(s);
	err = gdb_reply(s, "T%02x", stop_signal(&s->stop));
	if (!err)
		err = reply_reason(s);
	if (!err)
		err = reply_registers(s);
	if (!err)
		err = gdb_reply(s, "thread:");
	if (!err)
		err = gdb_append_thread(s, s->stop.tid, &s->reply);
	return err ? err : gdb_reply(s, ";");
}

void gdb_started(struct gdb_server *s)
{
	pid_t tid = 0;

	s->alive = s->ops->process(s->ctx) && s->ops->threads(s->ctx, &tid, 1) == 1;
	s->tid = tid;
	s->stop = (struct gdb_stop){ .kind = GDB_STOP_PLAIN, .tid = tid };
}

int gdb_do_reason(struct gdb_server *s, struct text args)
{
	(void)args;
	return gdb_reply_stop(s);
}
