/* SPDX-License-Identifier: MIT */
/* gdb numbers signals its own way, the same on all systems. */
#pragma once

#define GDB_SIGNALS 160

enum { GDB_SIGNAL_0, GDB_SIGNAL_INT = 2, GDB_SIGNAL_TRAP = 5, GDB_SIGNAL_UNKNOWN = 143 };

/* gdb's number of a signal of Linux; GDB_SIGNAL_UNKNOWN when gdb has none. */
int gdb_signal(int signo);
