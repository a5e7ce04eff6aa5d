// SPDX-License-Identifier: MIT
/* syscalls.def as an array indexed by number, and what it says of a call. */
#include "syscalls/words.h"

#include <errno.h>
#include <string.h>

#include <linux/sched.h>

static const struct sys_row rows[] = {
#define SYSCALL(nr, name, replay, flags, writes, arguments)                                        \
	[nr] = { #name, SYS_##replay, flags, { WORDS(writes) } },
#include "syscalls/syscalls.def"
#undef SYSCALL
};

const struct sys_row *sys_row(int nr)
{
	if (nr < 0 || (size_t)nr >= ARRAY_SIZE(rows) || !rows[nr].name)
		return NULL;
	return &rows[nr];
}

size_t sys_row_count(void)
{
	return ARRAY_SIZE(rows);
}

const char *sys_name(int nr)
{
	const struct sys_row *row = sys_row(nr);

	return row ? row->name : NULL;
}

int sys_number(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].name && !strcmp(rows[i].name, name))
			return i;
	return -1;
}

enum sys_replay sys_replay_class(int nr)
{
	const struct sys_row *row = sys_row(nr);

	return row ? row->replay : SYS_EMULATE;
}

unsigned sys_flags(const struct sys_call *call)
{
	const struct sys_row *row = sys_row(call->nr);
	const struct sys_command *command;
	const uint64_t *writes;
	unsigned flags;

	/* A number that is no call fails with ENOSYS and writes nothing, but a
	 * newer kernel may know it. */
	if (!row)
		return SYS_MAY_BLOCK;
	writes = sys_writes(call, &command);
	flags = row->flags | (command ? command->flags : 0);
	if (row->replay == SYS_CLONE && (call->args[0] & CLONE_VFORK) && row->name[5] == '\0')
		flags |= SYS_MAY_BLOCK;
	if ((row->replay == SYS_EMULATE || row->replay == SYS_MEMORY) && writes &&
	    !(flags & SYS_NO_RETURN))
		flags |= SYS_ONE_STOP;
	return flags &
	       (SYS_MAY_BLOCK | SYS_WRITES_FILE | SYS_NO_RETURN | SYS_ONE_STOP | SYS_RARELY_BLOCKS);
}

unsigned sys_number_flags(int nr)
{
	const struct sys_row *row = sys_row(nr);
	struct sys_write first;

	if (!row)
		return SYS_MAY_BLOCK;
	first = word_unpack(row->writes[0]);
	if (first.rule != RULE_COMMAND || row->replay != SYS_EMULATE)
		return sys_flags(&(struct sys_call){ .nr = nr });
	return SYS_ONE_STOP | ((row->flags | sys_table_flags(first.bytes)) & SYS_MAY_BLOCK);
}

bool sys_plain_output(int nr, int *ret_arg, unsigned *ret_bytes)
{
	const struct sys_row *row = sys_row(nr);
	struct sys_write w;

	if (!row || row->replay != SYS_EMULATE || row->flags & (ROW_FILE | ROW_FILE2 | ROW_NORET))
		return false;
	w = word_unpack(row->writes[0]);
	*ret_arg = w.rule == RULE_NOTHING ? -1 : w.ptr;
	*ret_bytes = w.rule == RULE_FIXED ? w.bytes : 0;
	if (row->writes[1] || w.flags)
		return false;
	return w.rule == RULE_NOTHING || w.rule == RULE_FIXED ||
	       (w.rule == RULE_RESULT && w.bytes == 1);
}

int sys_written_fd(const struct sys_call *call)
{
	const struct sys_row *row = sys_row(call->nr);

	if (row && row->flags & ROW_FILE2)
		return (int)call->args[2];
	return sys_flags(call) & SYS_WRITES_FILE ? (int)call->args[0] : -1;
}
