/* SPDX-License-Identifier: MIT */
/*
 * Reading a payload from left to right, and writing hex. A take function that
 * returns false has taken nothing.
 */
#pragma once

#include <stdbool.h>

#include "common/buf.h"

extern const char hex_digits[16];

/* What is left of a payload; need not end in NUL. */
struct text {
	const uint8_t *p, *end;
};

static inline size_t text_left(const struct text *t)
{
	return (size_t)(t->end - t->p);
}

/* The value of a hex digit, or -1. */
int hex_digit(uint8_t c);

bool text_take(struct text *t, char c);
bool text_take_word(struct text *t, const char *word);
/* A hex number of at most 64 bits. */
bool text_take_hex(struct text *t, uint64_t *ret);
/* A hex number, negative with a '-'. */
bool text_take_signed(struct text *t, int64_t *ret);
/* "NUMBER,NUMBER" */
bool text_take_pair(struct text *t, uint64_t *first, uint64_t *second);
/* The part up to stop or to the end; stop itself stays. */
struct text text_take_until(struct text *t, char stop);

/* Appends the bytes that t spells in hex. -EINVAL: it does not. -ENOMEM */
int text_unhex(struct text t, struct buf *ret) must_check;
/* The same, as a string of at least one and less than size bytes. */
int text_unhex_string(struct text t, char *ret, size_t size) must_check;

/* Appends the n bytes in hex. -ENOMEM */
int hex_append(struct buf *out, const void *data, size_t n) must_check;
