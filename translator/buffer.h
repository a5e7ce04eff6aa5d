/* SPDX-License-Identifier: MIT */
/* The buffer of system calls that are made without a stop. */
#pragma once

#include <stdbool.h>

/* Whether the tracee can fill it: it has to read its FS and GS bases by itself. */
bool buffer_usable(void);
