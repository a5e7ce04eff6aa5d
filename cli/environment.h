/* SPDX-License-Identifier: MIT */
/* The environment of the program: deja's own, with changes. */
#pragma once

#include <stddef.h>

#include "common/error.h"

struct env {
	char **vars; /* NULL-terminated; all owned */
	size_t n;
};

/* A copy of deja's environment. -ENOMEM */
int env_init(struct env *e) must_check;
void env_deinit(struct env *e);
/* assignment: NAME=VALUE, copied. -ENOMEM */
int env_set(struct env *e, const char *assignment) must_check;
