// SPDX-License-Identifier: MIT
/*
 * The tables of calls whose work an argument decides: ioctl, fcntl, prctl, ...
 * The rows stand in commands.def; a switch over (table, value) finds them, so
 * two rows for one value do not compile.
 */
#include "syscalls/words.h"

#include "syscalls/uapi.h"

enum {
#define CMD(table, name, flags, type, writes)	  ROW_##table##_##name,
#define SOCKOPT(level, name, flags, type, writes) ROW_##level##_##name,
#include "syscalls/commands.def"
#undef CMD
#undef SOCKOPT
};

static const struct sys_command rows[] = {
#define CMD(table, name, flags, type, writes)	  { #name, flags, TYPE_##type, { WORDS(writes) } },
#define SOCKOPT(level, name, flags, type, writes) { #name, flags, TYPE_##type, { WORDS(writes) } },
#include "syscalls/commands.def"
#undef CMD
#undef SOCKOPT
};

#define KEY(table, value)   ((uint64_t)(table) << 32 | (uint32_t)(value))
#define OPTION(level, name) ((uint32_t)(level) << 16 | ((uint32_t)(name)&0xffff))

static int find(uint64_t key)
{
	switch (key) {
#define CMD(table, name, flags, type, writes)                                                      \
	case KEY(TABLE_##table, name):                                                             \
		return ROW_##table##_##name;
#define SOCKOPT(level, name, flags, type, writes)                                                  \
	case KEY(TABLE_SOCKOPT, OPTION(level, name)):                                              \
		return ROW_##level##_##name;
#include "syscalls/commands.def"
#undef CMD
#undef SOCKOPT
	default:
		return -1;
	}
}

const struct sys_command *sys_command(unsigned table, uint32_t value)
{
	int i = find((uint64_t)table << 32 | value);

	return i < 0 ? NULL : &rows[i];
}

unsigned sys_table_flags(unsigned table)
{
	unsigned all = 0;

#define CMD(name, command, flags, type, writes)	  all |= TABLE_##name == table ? (flags) : 0;
#define SOCKOPT(level, name, flags, type, writes) all |= TABLE_SOCKOPT == table ? (flags) : 0;
#include "syscalls/commands.def"
#undef CMD
#undef SOCKOPT
	return all;
}

const struct sys_command *sys_sockopt(uint32_t level, uint32_t option)
{
	if (level > 0xffff || option > 0xffff)
		return NULL;
	return sys_command(TABLE_SOCKOPT, OPTION(level, option));
}

const struct sys_command *sys_commands(size_t *ret_n)
{
	*ret_n = ARRAY_SIZE(rows);
	return rows;
}

size_t sys_command_index(const struct sys_command *command)
{
	return command - rows;
}

/* The options are the last rows, from this one on. */
bool sys_command_is_option(const struct sys_command *command)
{
	return command >= &rows[ROW_SOL_SOCKET_SO_ATTACH_FILTER];
}

uint32_t sys_command_value(unsigned table, uint64_t arg)
{
	switch (table) {
	case TABLE_FUTEX:
		return (uint32_t)arg & ~(FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME);
	case TABLE_QUOTACTL:
		return (uint32_t)arg >> SUBCMDSHIFT;
	default:
		return (uint32_t)arg;
	}
}

/*
 * ioctl numbers made with _IOC() tell direction and size themselves. Only
 * drivers whose commands all keep to it are trusted: many write more than the
 * number says, or through pointers in the struct. include/uapi/asm-generic/ioctl.h
 */
static bool encoded_ioctl(uint32_t cmd)
{
	unsigned nr = _IOC_NR(cmd);

	switch (_IOC_TYPE(cmd)) {
	case 'E': /* input events; EVIOCGMASK has a pointer */
		return nr != 0x92;
	case 'j': /* joysticks */
		return true;
	case 'p': /* real-time clocks; PPS, from 0xa0 on, has pointers */
		return nr <= 0x14;
	case 'W': /* watchdogs */
		return nr <= 10;
	default:
		return false;
	}
}

static const struct sys_command ioctl_reads = { NULL, 0, TYPE_PTR, { ENCODED } };
static const struct sys_command ioctl_other = { NULL, 0, TYPE_PTR, { 0 } };

const struct sys_command *sys_ioctl_encoded(uint32_t cmd)
{
	if (!encoded_ioctl(cmd))
		return NULL;
	return _IOC_DIR(cmd) & _IOC_READ ? &ioctl_reads : &ioctl_other;
}

static const struct sys_command *sockopt(const struct sys_call *call, struct sys_write w)
{
	uint32_t level = call->args[w.ptr];
	const struct sys_command *c = sys_sockopt(level, call->args[w.len]);

	return c ? c : sys_command(TABLE_SOCKLEVEL, level);
}

static const struct sys_command *command(const struct sys_call *call, struct sys_write w)
{
	uint32_t value = sys_command_value(w.bytes, call->args[w.ptr]);
	const struct sys_command *c = sys_command(w.bytes, value);

	if (!c && w.bytes == TABLE_IOCTL)
		c = sys_ioctl_encoded(value);
	return c;
}

const uint64_t *sys_writes(const struct sys_call *call, const struct sys_command **ret_command)
{
	const struct sys_row *row = sys_row(call->nr);
	const uint64_t *writes;

	*ret_command = NULL;
	if (!row)
		return NULL;
	writes = row->writes;
	if (word_rule(writes[0]) == RULE_COMMAND)
		*ret_command = command(call, word_unpack(writes[0]));
	else if (word_rule(writes[0]) == RULE_SOCKOPT)
		*ret_command = sockopt(call, word_unpack(writes[0]));
	else
		return word_rule(writes[0]) == RULE_UNKNOWN ? NULL : writes;
	if (!*ret_command || word_rule((*ret_command)->writes[0]) == RULE_UNKNOWN)
		return NULL;
	return (*ret_command)->writes;
}
