/* SPDX-License-Identifier: MIT */
/* The conditions of a breakpoint, as Z0 and Z1 carry them. */
#pragma once

#include "gdbserver/state.h"

/* Reads ";XLENGTH,BYTECODE..." into *ret (empty before). -EINVAL, -ENOMEM */
int gdb_conditions_parse(struct text args, struct buf *ret) must_check;

/* Whether a thread that stands at the breakpoint stops: there are no conditions,
 * one holds, or one cannot be evaluated, so that gdb may see why. */
bool gdb_conditions_hold(struct gdb_server *s, pid_t tid, const struct buf *conditions);
