/* SPDX-License-Identifier: MIT */
/* The recorded program: where its file is, and how deja ends as it ended. */
#pragma once

#include "common/error.h"

/* The executable that a shell would run for name; *ret is malloc'ed.
 * -ENOENT, -EACCES, -ENOMEM */
int program_find(const char *name, char **ret) must_check;

/* Ends deja the way the program ended: returns its exit status, or dies of the
 * same signal (without a core dump of deja). status: as wait(2) gives it. */
int end_like_program(int status);
