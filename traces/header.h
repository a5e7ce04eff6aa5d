/* SPDX-License-Identifier: MIT */
/* header.json: what holds for the whole recording. */
#pragma once

#include "traces/trace.h"

#define HEADER_FILE "header.json"

/* A random uuid. -errno */
int header_new_uuid(char ret[37]) must_check;

/* Reads the text of a header.json; trace is its name, for errors. check_hash
 * false: the sum in it is not looked at (for fuzzing). *ret is { 0 } before,
 * and the caller's to deinit in every case.
 * -EIO (damage), -EPROTONOSUPPORT (another version), -ENOMEM */
int header_parse(const char *trace, const void *text, size_t n, bool check_hash,
		 struct trace_header *ret) must_check;
