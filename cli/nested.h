/* SPDX-License-Identifier: MIT */
/* deja record inside a recording: a process has one tracer, so the inner one
 * cannot record. */
#pragma once

#include <stdbool.h>

enum nested {
	NESTED_ERROR,  /* say so and fail */
	NESTED_IGNORE, /* run the program; the outer recording has it */
};

bool nested_parse(const char *text, enum nested *ret);

/* 0 when deja is not being recorded; else does what n asks for: an exit status,
 * or no return. */
int nested_check(enum nested n, char **argv, char **envp);
