/* SPDX-License-Identifier: MIT */
/* What must hold within every event, for the writer as for the reader. */
#pragma once

#include "traces/event.h"

/* NULL when e is consistent, else what is wrong. n_files: ids of files that e
 * may name are 1 .. n_files. */
const char *event_check(const struct event *e, uint32_t n_files);
