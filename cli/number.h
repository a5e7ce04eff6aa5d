/* SPDX-License-Identifier: MIT */
/* Numbers and names that users type. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* A decimal number of the whole text, at most max. */
bool parse_number(const char *text, uint64_t max, uint64_t *ret);
/* "11", "SEGV", "SIGSEGV"; false when there is no such signal. */
bool parse_signal(const char *text, int *ret);
/* "12", "10-20", "10-" (max: UINT64_MAX); false when it is no such thing. */
bool parse_range(const char *text, uint64_t *first, uint64_t *last);
