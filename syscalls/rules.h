/* SPDX-License-Identifier: MIT */
/*
 * How the rows of the tables look in memory. Private to syscalls/: the tables
 * (table.c, commands.c), their evaluator (plan.c, rules.c) and the printer use it.
 */
#pragma once

#include "syscalls/syscalls.h"

enum {
#define STRUCT(name, bytes) K_##name = (bytes),
#include "syscalls/structs.def"
#undef STRUCT
};

enum sys_rule {
#define RULE(name) RULE_##name,
#include "syscalls/rules.def"
#undef RULE
};

/* The tables of commands.def. */
#define TABLES(TABLE)                                                                              \
	TABLE(IOCTL)                                                                               \
	TABLE(FCNTL)                                                                               \
	TABLE(PRCTL)                                                                               \
	TABLE(ARCH_PRCTL)                                                                          \
	TABLE(FUTEX)                                                                               \
	TABLE(PTRACE)                                                                              \
	TABLE(SECCOMP)                                                                             \
	TABLE(LDT)                                                                                 \
	TABLE(SHMCTL)                                                                              \
	TABLE(MSGCTL)                                                                              \
	TABLE(SEMCTL)                                                                              \
	TABLE(KEYCTL)                                                                              \
	TABLE(QUOTACTL)                                                                            \
	TABLE(SYSLOG)                                                                              \
	TABLE(SYSFS)                                                                               \
	TABLE(BPF)                                                                                 \
	TABLE(SOCKLEVEL)                                                                           \
	TABLE(SOCKOPT)

enum sys_table {
#define TABLE(name) TABLE_##name,
	TABLES(TABLE)
#undef TABLE
		SYS_TABLES
};

/* How arguments print: types.def. */
enum sys_type {
	TYPE_ = 0, /* no more arguments */
#define TYPE(name, function) TYPE_##name,
#define FLAGS(name)	     TYPE_##name,
#define CHOICE(name)	     TYPE_##name,
#define COMMANDS(name)	     TYPE_##name,
#include "syscalls/types.def"
#undef TYPE
#undef FLAGS
#undef CHOICE
#undef COMMANDS
};

enum {
	WRITE_ALWAYS = 1, /* also when the call fails */
	WRITE_32 = 2,	  /* the kernel looks at the low half of args[len] */
};

/* One word of a row's "writes", taken apart: in a row it is a number, from the
 * lowest bit on 6 of rule, 2 flags, 4 ptr, 4 len, 16 bytes, 8 and 8 at, 16 more. */
struct sys_write {
	uint8_t rule;	/* enum sys_rule */
	uint8_t flags;	/* WRITE_ */
	uint8_t ptr;	/* argument: the pointer */
	uint8_t len;	/* argument: the length, count or length pointer */
	uint16_t bytes; /* of an element, or of what comes first */
	uint8_t at[2];	/* offsets in a struct */
	uint16_t more;	/* bytes of a further element */
};

static inline unsigned word_rule(uint64_t word)
{
	return word & 63;
}

static inline bool word_always(uint64_t word)
{
	return word >> 6 & WRITE_ALWAYS;
}

static inline struct sys_write word_unpack(uint64_t word)
{
	return (struct sys_write){
		.rule = word & 63,
		.flags = word >> 6 & 3,
		.ptr = word >> 8 & 15,
		.len = word >> 12 & 15,
		.bytes = word >> 16 & 0xffff,
		.at = { word >> 32 & 0xff, word >> 40 & 0xff },
		.more = word >> 48,
	};
}

#define WRITES_MAX 4

enum {
	ROW_BLOCK = SYS_MAY_BLOCK,
	ROW_FILE = SYS_WRITES_FILE,
	ROW_NORET = SYS_NO_RETURN,
	ROW_FILE2 = 16,
	ROW_HEX = 32,
	ROW_OCT = 64,
	ROW_RARE = SYS_RARELY_BLOCKS,
};

/* A row of syscalls.def. */
struct sys_row {
	const char *name;	     /* NULL: no such call */
	uint8_t replay;		     /* enum sys_replay */
	uint8_t flags;		     /* ROW_ */
	uint64_t writes[WRITES_MAX]; /* words, 0 behind the last */
};

/* A row of commands.def. */
struct sys_command {
	const char *name;
	uint8_t flags;		     /* ROW_ */
	uint8_t type;		     /* of the argument that is TYPED */
	uint64_t writes[WRITES_MAX]; /* words, 0 behind the last */
};

/* The row of a number, or NULL. */
const struct sys_row *sys_row(int nr);
size_t sys_row_count(void);

/* The row of a command, or NULL. table: enum sys_table; value: as the table has
 * it (sys_command_value()). */
const struct sys_command *sys_command(unsigned table, uint32_t value);
/* Likewise for the options of a level. */
const struct sys_command *sys_sockopt(uint32_t level, uint32_t option);
/* Takes flags and types away that are no part of the command itself. */
uint32_t sys_command_value(unsigned table, uint64_t arg);

/* The flags of all commands of a table together. */
unsigned sys_table_flags(unsigned table);

/* All rows of commands, and the place of one among them. */
const struct sys_command *sys_commands(size_t *ret_n);
size_t sys_command_index(const struct sys_command *command);
/* Whether the row is a socket option, which keeps to the rule of its level. */
bool sys_command_is_option(const struct sys_command *command);

/* The row of an ioctl whose number says what it writes, or NULL. */
const struct sys_command *sys_ioctl_encoded(uint32_t cmd);

/* What a call's arguments decide: its own row's writes or those of the command
 * it gives; NULL: not modelled. *ret_command: the command's row, or NULL. */
const uint64_t *sys_writes(const struct sys_call *call, const struct sys_command **ret_command);

/* Reads exactly len bytes of the tracee. */
bool sys_mem_read(const struct sys_mem *mem, taddr_t addr, void *ret, size_t len);

/* ---- the evaluator ---- */

/* The most one area can have: what the kernel transfers in one call. */
#define AREA_MAX_BYTES 0x7ffff000u

int sys_areas_add(struct sys_areas *a, taddr_t addr, uint64_t bytes) must_check;

/* Appends the areas that one word may write, in an order of its own. -ENOMEM */
int sys_rule_enter(const struct sys_write *w, const struct sys_call *call,
		   const struct sys_mem *mem, struct sys_areas *ret) must_check;

/*
 * Appends what was written of the areas [first, end) that sys_rule_enter() gave
 * for the same word; the call succeeded. saved: the plan's. -ENOMEM
 */
int sys_rule_exit(const struct sys_write *w, const struct sys_plan *p, size_t first, size_t end,
		  const struct sys_mem *mem, int64_t result, struct sys_areas *ret) must_check;
