// SPDX-License-Identifier: MIT
#include "gdbserver/hex.h"

#include <errno.h>
#include <string.h>

const char hex_digits[16] = "0123456789abcdef";

int hex_digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool text_take(struct text *t, char c)
{
	if (t->p == t->end || *t->p != (uint8_t)c)
		return false;
	t->p++;
	return true;
}

bool text_take_word(struct text *t, const char *word)
{
	size_t n = strlen(word);

	if (text_left(t) < n || memcmp(t->p, word, n))
		return false;
	t->p += n;
	return true;
}

bool text_take_hex(struct text *t, uint64_t *ret)
{
	const uint8_t *p = t->p;
	uint64_t value = 0;

	for (; p < t->end && hex_digit(*p) >= 0; p++) {
		if (value >> 60)
			return false;
		value = value << 4 | (uint64_t)hex_digit(*p);
	}
	if (p == t->p)
		return false;
	t->p = p;
	*ret = value;
	return true;
}

bool text_take_signed(struct text *t, int64_t *ret)
{
	struct text rest = *t;
	bool negative = text_take(&rest, '-');
	uint64_t value;

	if (!text_take_hex(&rest, &value) || value > INT64_MAX)
		return false;
	*t = rest;
	*ret = negative ? -(int64_t)value : (int64_t)value;
	return true;
}

bool text_take_pair(struct text *t, uint64_t *first, uint64_t *second)
{
	struct text rest = *t;

	if (!text_take_hex(&rest, first) || !text_take(&rest, ',') ||
	    !text_take_hex(&rest, second))
		return false;
	*t = rest;
	return true;
}

struct text text_take_until(struct text *t, char stop)
{
	struct text part = *t;

	while (t->p < t->end && *t->p != (uint8_t)stop)
		t->p++;
	part.end = t->p;
	return part;
}

int text_unhex(struct text t, struct buf *ret)
{
	uint8_t *to;
	int err;

	if (text_left(&t) % 2)
		return -EINVAL;
	for (const uint8_t *p = t.p; p < t.end; p++)
		if (hex_digit(*p) < 0)
			return -EINVAL;
	err = buf_extend(ret, text_left(&t) / 2, &to);
	if (err)
		return err;
	for (; t.p < t.end; t.p += 2)
		*to++ = (uint8_t)(hex_digit(t.p[0]) << 4 | hex_digit(t.p[1]));
	return 0;
}

int text_unhex_string(struct text t, char *ret, size_t size)
{
	struct buf bytes = { 0 };
	int err = text_unhex(t, &bytes);

	if (!err && (!bytes.len || bytes.len >= size || memchr(bytes.data, 0, bytes.len)))
		err = bytes.len >= size ? -ENAMETOOLONG : -EINVAL;
	if (!err) {
		memcpy(ret, bytes.data, bytes.len);
		ret[bytes.len] = '\0';
	}
	buf_deinit(&bytes);
	return err;
}

int hex_append(struct buf *out, const void *data, size_t n)
{
	const uint8_t *from = data;
	uint8_t *to;
	int err = buf_extend(out, 2 * n, &to);

	if (err)
		return err;
	for (size_t i = 0; i < n; i++) {
		*to++ = (uint8_t)hex_digits[from[i] >> 4];
		*to++ = (uint8_t)hex_digits[from[i] & 15];
	}
	return 0;
}
