/* SPDX-License-Identifier: MIT */
/* The buffer of system calls that are made without a stop. */
#pragma once

#include "translator/space.h"

/* Whether the tracee can fill it: it has to read its FS and GS bases by itself. */
bool buffer_usable(void);
/* Where the program's SYSCALLs go: an entry of the runtime. */
void buffer_set_entry(struct dbt *d, uint64_t entry);
