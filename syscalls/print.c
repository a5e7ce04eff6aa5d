// SPDX-License-Identifier: MIT
/*
 * Prints a call in the style of strace: name, arguments, result. The types of
 * the arguments are a column of syscalls.def.
 */
#include "syscalls/print.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* The column as numbers; empty places give TYPE_, which ends the list. */
#define FIRST_6(a, b, c, d, e, f, ...)                                                             \
	{                                                                                          \
		TYPE_##a, TYPE_##b, TYPE_##c, TYPE_##d, TYPE_##e, TYPE_##f                         \
	}
#define TYPES_OF(...) FIRST_6(__VA_ARGS__, , , , , , )

static const uint8_t types[][6] = {
#define SYSCALL(nr, name, replay, flags, writes, arguments) [nr] = TYPES_OF arguments,
#include "syscalls/syscalls.def"
#undef SYSCALL
};

static void (*const functions[])(struct printer *, uint64_t) = {
#define TYPE(name, function) [TYPE_##name] = function,
#define FLAGS(name)	     [TYPE_##name] = NULL,
#define CHOICE(name)	     [TYPE_##name] = NULL,
#define COMMANDS(name)	     [TYPE_##name] = NULL,
#include "syscalls/types.def"
#undef TYPE
#undef FLAGS
#undef CHOICE
#undef COMMANDS
};

void put(struct printer *p, const char *format, ...)
{
	char text[512];
	va_list args;
	int n;

	if (p->error)
		return;
	va_start(args, format);
	n = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (n >= (int)sizeof(text))
		n = sizeof(text) - 1;
	if (n > 0)
		p->error = buf_append(p->out, text, n);
}

bool fetch(struct printer *p, taddr_t addr, void *ret, size_t len)
{
	return addr && sys_mem_read(p->mem, addr, ret, len);
}

bool succeeded(const struct printer *p)
{
	return p->has_result && p->result >= 0;
}

static void put_command(struct printer *p, unsigned table, uint64_t value)
{
	const struct sys_command *c = sys_command(table, sys_command_value(table, value));

	if (c)
		put(p, "%s", c->name);
	else
		put(p, "0x%x", (uint32_t)value);
}

void put_type(struct printer *p, enum sys_type type, uint64_t value)
{
	switch (type) {
#define TYPE(name, function)
#define FLAGS(name)                                                                                \
	case TYPE_##name:                                                                          \
		put_flags(p, type, (uint32_t)value);                                               \
		break;
#define CHOICE(name)                                                                               \
	case TYPE_##name:                                                                          \
		put_choice(p, type, (int32_t)value);                                               \
		break;
#define COMMANDS(name)                                                                             \
	case TYPE_##name:                                                                          \
		put_command(p, TABLE_##name, value);                                               \
		break;
#include "syscalls/types.def"
#undef TYPE
#undef FLAGS
#undef CHOICE
#undef COMMANDS
	default:
		functions[type](p, value);
	}
}

void print_none(struct printer *p, uint64_t value)
{
	(void)value;
	p->end = true;
}

void print_typed(struct printer *p, uint64_t value)
{
	put_type(p, p->command ? p->command->type : TYPE_HEX, value);
}

/* An argument may print nothing at all, so its comma waits for it. */
static void argument(struct printer *p, enum sys_type type)
{
	struct buf *out = p->out;
	size_t before = out->len, begun;

	if (p->arg)
		put(p, ", ");
	begun = out->len;
	put_type(p, type, p->call->args[p->arg]);
	if (!p->error && out->len == begun)
		out->len = before;
}

/* Numbers that no row knows: all registers. */
static void unknown_call(struct printer *p)
{
	put(p, "syscall_0x%x(", p->call->nr);
	for (unsigned i = 0; i < 6; i++)
		put(p, "%s0x%lx", i ? ", " : "", p->call->args[i]);
}

static void known_call(struct printer *p)
{
	const uint8_t *t = types[p->call->nr];

	put(p, "%s(", sys_name(p->call->nr));
	for (p->arg = 0; p->arg < 6 && t[p->arg] && !p->end; p->arg++)
		argument(p, t[p->arg]);
}

static bool is_command(const struct printer *p, const char *name)
{
	return p->command && p->command->name && !strcmp(p->command->name, name);
}

static void good_result(struct printer *p, const struct sys_row *row)
{
	if (is_command(p, "F_GETFL")) {
		put(p, "0x%lx (flags ", p->result);
		print_open(p, p->result);
		put(p, ")");
		return;
	}
	if (row && row->flags & ROW_HEX)
		put(p, "0x%lx", p->result);
	else if (row && row->flags & ROW_OCT)
		put(p, "0%lo", p->result);
	else
		put(p, "%ld", p->result);
	if (is_command(p, "F_GETFD") && p->result) {
		put(p, " (flags ");
		put_flags(p, TYPE_FDFLAGS, p->result);
		put(p, ")");
	}
}

static void bad_result(struct printer *p)
{
	int error = -p->result;
	const char *name = sys_errno_name(error), *text = strerrordesc_np(error);

	if (error >= 512 && name)
		put(p, "? %s (To be restarted)", name);
	else if (name)
		put(p, "-1 %s (%s)", name, text ? text : "?");
	else
		put(p, "-1 (errno %d)", error);
}

static void result(struct printer *p)
{
	const struct sys_row *row = sys_row(p->call->nr);

	if (!p->has_result)
		put(p, row && row->flags & ROW_NORET ? ") = ?" : ") <unfinished ...>");
	else if (p->result < 0 && p->result >= -4095) {
		put(p, ") = ");
		bad_result(p);
	} else {
		put(p, ") = ");
		good_result(p, row);
	}
}

int sys_print(const struct sys_call *call, const struct sys_mem *mem, bool has_result,
	      int64_t value, struct buf *out)
{
	struct printer p = {
		.call = call, .mem = mem, .has_result = has_result, .result = value, .out = out
	};

	sys_writes(call, &p.command);
	if (sys_row(call->nr))
		known_call(&p);
	else
		unknown_call(&p);
	result(&p);
	return p.error;
}
