/* SPDX-License-Identifier: MIT */
/* A replay under gdb: fits the replayer to gdbserver/, starts gdb, serves it. */
#pragma once

#include "replayer/replayer.h"

struct replay_gdb_options {
	const char *debugger;	   /* -d; NULL: gdb */
	const char *command_file;  /* -x; NULL: none */
	char *const *debugger_options; /* -o, each; NULL-terminated, or NULL */
	bool serve_only;	   /* -s: start no gdb, wait for one at port */
	uint16_t port;		   /* of loopback; 0: any free one */
	bool keep_listening;	   /* -k: wait for the next gdb when one leaves */
	pid_t process;		   /* -p, -f: the one to show; 0: whichever has the focus */
	bool at_exec;		   /* -p: it begins where it executes its program */
};

/*
 * Shows the process that r is focused on to gdb, from where r stands, and
 * returns when gdb is gone. trace: the reader that r uses. *ret: the exit status
 * of gdb, 0 with serve_only.
 */
int replay_gdb(struct replayer *r, struct trace_reader *trace,
	       const struct replay_gdb_options *options, int *ret) must_check;
