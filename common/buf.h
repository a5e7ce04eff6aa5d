/* SPDX-License-Identifier: MIT */
/* A growing run of bytes. { 0 } is an empty one. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/error.h"

struct buf {
	uint8_t *data;
	size_t len, cap;
};

void buf_deinit(struct buf *b);

/* Makes room for n more bytes. -ENOMEM */
int buf_reserve(struct buf *b, size_t n) must_check;

/* Appends n bytes, or n bytes that the caller then fills through *ret (valid
 * until the next change of b). -ENOMEM */
int buf_append(struct buf *b, const void *data, size_t n) must_check;
int buf_extend(struct buf *b, size_t n, uint8_t **ret) must_check;

/* Appends text, without a closing NUL. -ENOMEM */
int buf_printf(struct buf *b, const char *format, ...) must_check
	__attribute__((format(printf, 2, 3)));

static inline void buf_clear(struct buf *b)
{
	b->len = 0;
}
