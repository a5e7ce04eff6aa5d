/* SPDX-License-Identifier: MIT */
/*
 * The contents of files in the trace's directory files/, named by their ids.
 */
#pragma once

#include <sys/stat.h>

#include "traces/trace.h"

#define STORE_DIR "files"

/* "1", "2" ... */
#define STORE_NAME_BYTES 11
void store_name(uint32_t id, char ret[STORE_NAME_BYTES]);

/*
 * Stores what fd refers to as file id in dirfd: a reflink, else a hard link
 * where that is safe, else a copy. st is what fstat(fd) says; a link changes
 * it (ctime). Fills in how, bytes, hashed and hash of *ret. -errno with text
 */
int store_file(int dirfd, uint32_t id, int fd, struct stat *st, struct trace_file *ret) must_check;

/* Opens file id for reading and checks that it is what was stored. */
int store_open(const char *trace, int dirfd, uint32_t id, const struct trace_file *f,
	       int *ret) must_check;

int64_t store_mtime_ns(const struct stat *st);
