/* SPDX-License-Identifier: MIT */
/* Events as text. */
#pragma once

#include "common/buf.h"
#include "syscalls/syscalls.h"
#include "traces/trace.h"

/* One line in the style of strace, with a newline: number, time, task, ticks,
 * what. Appended to out. -ENOMEM */
int dump_format(const struct event *e, const struct sys_mem *mem, struct buf *out) must_check;

/* All fields, as "name=value" on one line, then one line for each write.
 * Appended to out. -ENOMEM */
int dump_format_raw(const struct event *e, struct buf *out) must_check;
