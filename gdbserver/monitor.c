// SPDX-License-Identifier: MIT
// `monitor COMMAND` in gdb: questions about the replay itself.
#include <errno.h>
#include <string.h>

#include "gdbserver/state.h"

typedef int monitor_command(struct gdb_server *s, struct buf *out);

static int do_when(struct gdb_server *s, struct buf *out)
{
	struct gdb_place place = { 0 };

	s->ops->place(s->ctx, &place);
	return buf_printf(out, "Current event: %llu\n", (unsigned long long)place.event);
}

static int do_when_ticks(struct gdb_server *s, struct buf *out)
{
	struct gdb_place place = { 0 };

	s->ops->place(s->ctx, &place);
	return buf_printf(out, "Current tick: %llu\n", (unsigned long long)place.ticks);
}

static int do_when_tid(struct gdb_server *s, struct buf *out)
{
	struct gdb_place place = { 0 };

	s->ops->place(s->ctx, &place);
	return buf_printf(out, "Current tid: %d\n", (int)place.tid);
}

static monitor_command do_help;

static const struct {
	const char *name;
	monitor_command *run;
	const char *what;
} commands[] = {
	{ "when", do_when, "the number of the next event" },
	{ "when-ticks", do_when_ticks, "the conditional branches the thread has retired" },
	{ "when-tid", do_when_tid, "the recorded number of the thread" },
	{ "help", do_help, "this list" },
};

static int do_help(struct gdb_server *s, struct buf *out)
{
	int err = 0;

	(void)s;
	for (size_t i = 0; !err && i < ARRAY_SIZE(commands); i++)
		err = buf_printf(out, "%-10s  %s\n", commands[i].name, commands[i].what);
	return err;
}

static int run(struct gdb_server *s, const char *line, struct buf *out)
{
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		if (!strcmp(line, commands[i].name))
			return commands[i].run(s, out);
	return buf_printf(out, "deja knows no command \"%s\"; `monitor help' lists them.\n",
			  line);
}

int gdb_do_monitor(struct gdb_server *s, struct text args)
{
	struct buf out = { 0 };
	char line[256];
	int err;

	if (!text_take(&args, ','))
		return -EINVAL;
	err = text_unhex_string(args, line, sizeof(line));
	if (!err)
		err = run(s, line, &out);
	if (!err)
		err = hex_append(&s->reply, out.data, out.len);
	buf_deinit(&out);
	return err;
}
