/* SPDX-License-Identifier: MIT */
/*
 * The words of the tables as C: included by the files that expand the rows, and
 * by nothing else, as the names are short. A word is one number, packed as
 * struct sys_write says, so that "ALWAYS FIXED(1, 16)" is an expression.
 */
#pragma once

#include "syscalls/rules.h"

#define BLOCK ROW_BLOCK
#define RARE ROW_RARE
#define FILE ROW_FILE
#define FILE2 ROW_FILE2
#define NORET ROW_NORET
#define HEX ROW_HEX
#define OCT ROW_OCT

#define WORD(rule, ptr, len, bytes, at0, at1, more)                                            \
	((uint64_t)RULE_##rule | (uint64_t)(ptr) << 8 | (uint64_t)(len) << 12 |                \
	 (uint64_t)(bytes) << 16 | (uint64_t)(at0) << 32 | (uint64_t)(at1) << 40 |             \
	 (uint64_t)(more) << 48)

#define ALWAYS ((uint64_t)WRITE_ALWAYS << 6) |
#define LOW ((uint64_t)WRITE_32 << 6) |

#define FIXED(p, n) WORD(FIXED, p, 0, n, 0, 0, 0)
#define SIZED(p, l, n) WORD(SIZED, p, l, n, 0, 0, 0)
#define SIZED32(p, l, n) LOW SIZED(p, l, n)
#define RESULT(p, l, n) WORD(RESULT, p, l, n, 0, 0, 0)
#define RESULT32(p, l, n) LOW RESULT(p, l, n)
#define VALUES(p, l, n) WORD(VALUE, p, l, n, 0, 0, 0)
#define VALUE(p, l) VALUES(p, l, 1)
#define BEHIND(p, l, n) WORD(BEHIND, p, l, n, 0, 0, 0)
#define PAGES(p, l) WORD(PAGES, p, l, 0, 0, 0, 0)
#define FDSET(p, l) WORD(FDSET, p, l, 0, 0, 0, 0)
#define NODES(p, l) WORD(NODES, p, l, 0, 0, 0, 0)
#define IOVEC(p, c) WORD(IOVEC, p, c, 0, 0, 0, 0)
#define MSGHDR(p) WORD(MSGHDR, p, 0, 0, 0, 0, 0)
#define MMSGHDR(p, c) WORD(MMSGHDR, p, c, 0, 0, 0, 0)
#define STRING(p) WORD(STRING, p, 0, 0, 0, 0, 0)
#define BOXED(p, o, s) WORD(BOXED, p, 0, 0, o, s, 0)
#define BOXED_ALL(p, o, s) WORD(BOXED_ALL, p, 0, 0, o, s, 0)
#define TRAILING(p, h, o, n) WORD(TRAILING, p, 0, h, o, 0, n)
#define HANDLE(p) WORD(HANDLE, p, 0, 0, 0, 0, 0)
#define CAPS(p, h) WORD(CAPS, p, h, 0, 0, 0, 0)
#define CLONE(p) ALWAYS WORD(CLONE, p, 0, 0, 0, 0, 0)
#define CLONE3(p) ALWAYS WORD(CLONE3, p, 0, 0, 0, 0, 0)
#define RESTART ALWAYS WORD(RESTART, 0, 0, 0, 0, 0, 0)
#define COMMAND(table, c) WORD(COMMAND, c, 0, TABLE_##table, 0, 0, 0)
#define SOCKOPT_AT(l, o) WORD(SOCKOPT, l, o, 0, 0, 0, 0)
#define ENCODED WORD(ENCODED, 2, 1, 0, 0, 0, 0)
#define UNKNOWN WORD(UNKNOWN, 0, 0, 0, 0, 0, 0)

#define WORDS_(...) __VA_ARGS__
/* The words of a row, without their parentheses. */
#define WORDS(list) WORDS_ list
