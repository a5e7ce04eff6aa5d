/* SPDX-License-Identifier: MIT */
/* A map from nonzero 64-bit keys to nonzero 32-bit values; it only grows. { 0 }
 * is an empty one. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "common/error.h"

struct table {
	uint64_t *keys;
	uint32_t *values;
	size_t cap, n; /* cap: a power of two, or 0 */
};

void table_deinit(struct table *t);
void table_clear(struct table *t);
/* 0 when absent. */
uint32_t table_get(const struct table *t, uint64_t key);
/* Adds or replaces. -ENOMEM */
int table_set(struct table *t, uint64_t key, uint32_t value) must_check;
/* Gives a key that is there another value (0: absent from now on). */
void table_replace(struct table *t, uint64_t key, uint32_t value);
