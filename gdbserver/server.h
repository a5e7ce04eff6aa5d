/* SPDX-License-Identifier: MIT */
/*
 * The stub: takes bytes from gdb, does what their packets say on a target, and
 * hands out bytes for gdb. No sockets (serve.h has them).
 */
#pragma once

#include "gdbserver/target.h"

struct gdb_server;

struct gdb_io {
	void *ctx;
	/* Sends all len bytes to gdb. -errno: gdb is gone */
	int (*write)(void *ctx, const void *data, size_t len);
	/* The target begins (true) and ends (false) to run: while it does,
	 * whoever sees an interrupt from gdb calls ops->interrupt(). May be
	 * NULL. */
	void (*running)(void *ctx, bool running);
};

/* ops, ctx and io must outlive the server. -ENOMEM */
int gdb_server_create(const struct gdb_target_ops *ops, void *ctx, const struct gdb_io *io,
		      struct gdb_server **ret) must_check;
/* Takes gdb's breakpoints away from the target. */
void gdb_server_destroy(struct gdb_server *s);

/* Takes bytes from gdb, however they are cut. Nonsense is answered, not
 * returned. -ENOMEM, or what io->write returned */
int gdb_server_take(struct gdb_server *s, const void *data, size_t len) must_check;
