/* SPDX-License-Identifier: MIT */
/* Opening a reader on bytes in memory, for fuzzing: no directory, no files. */
#pragma once

#include "traces/trace.h"

struct reader_memory {
	const void *events, *files; /* the streams */
	size_t events_bytes, files_bytes;
	uint32_t raw_max; /* larger frames are refused */
	bool check_hashes;
	const char *uuid;
};

/* As trace_open(). The memory must outlive the reader. */
int reader_open_memory(const struct reader_memory *m, struct trace_reader **ret) must_check;
