/* SPDX-License-Identifier: MIT */
/*
 * Sees, while the target runs, that gdb wants to interrupt it, or is gone. A
 * thread looks at the socket a few times a second and takes nothing from it;
 * while the target stands it sleeps.
 */
#pragma once

#include "gdbserver/target.h"

struct gdb_watcher;

/* -EAGAIN, -ENOMEM */
int gdb_watcher_create(int fd, const struct gdb_target_ops *ops, void *ctx,
		       struct gdb_watcher **ret) must_check;
void gdb_watcher_destroy(struct gdb_watcher *w);

/* The target begins and ends to run. When this returns with false, interrupt()
 * is not called any more. */
void gdb_watcher_running(struct gdb_watcher *w, bool running);
