/* SPDX-License-Identifier: MIT */
/*
 * Where a gdb of this user connects. The gdb that deja starts finds a socket in
 * a directory that only the user can enter; another one a port of loopback,
 * which is refused to other users.
 */
#pragma once

#include <stdint.h>

#include "common/error.h"

struct gdb_listener {
	int fd;
	char dir[32];	/* holds the socket, "" with a port */
	char path[48];	/* what gdb's `target extended-remote' takes */
	uint16_t port;
};

int gdb_listener_init_private(struct gdb_listener *l) must_check;
/* port 0: any free one. */
int gdb_listener_init_port(struct gdb_listener *l, uint16_t port) must_check;
void gdb_listener_deinit(struct gdb_listener *l);

/* Waits for a gdb. *ret: its connection, or -1 when the process behind pidfd
 * (-1: none) ended before it came. */
int gdb_listener_accept(const struct gdb_listener *l, int pidfd, int *ret) must_check;
