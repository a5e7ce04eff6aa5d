/* SPDX-License-Identifier: MIT */
/* The stub on a socket. */
#pragma once

#include "gdbserver/server.h"

/*
 * Serves the gdb at the other end of fd (which stays the caller's) until it
 * closes the connection or dies, which is no error. -ENOMEM
 */
int gdb_serve(int fd, const struct gdb_target_ops *ops, void *ctx) must_check;
