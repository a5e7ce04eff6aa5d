// SPDX-License-Identifier: MIT
#include "common/buf.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void buf_deinit(struct buf *b)
{
	free(b->data);
	*b = (struct buf){ 0 };
}

int buf_reserve(struct buf *b, size_t n)
{
	size_t cap = b->cap ? b->cap : 256;
	uint8_t *data;

	if (n > SIZE_MAX / 2 - b->len)
		return -ENOMEM;
	if (b->data && b->len + n <= b->cap)
		return 0;
	while (cap < b->len + n)
		cap *= 2;
	data = realloc(b->data, cap);
	if (!data)
		return -ENOMEM;
	b->data = data;
	b->cap = cap;
	return 0;
}

int buf_extend(struct buf *b, size_t n, uint8_t **ret)
{
	int r = buf_reserve(b, n);

	if (r)
		return r;
	*ret = b->data + b->len;
	b->len += n;
	return 0;
}

int buf_append(struct buf *b, const void *data, size_t n)
{
	uint8_t *to;
	int r = buf_extend(b, n, &to);

	if (!r && n)
		memcpy(to, data, n);
	return r;
}

int buf_printf(struct buf *b, const char *format, ...)
{
	va_list args, again;
	int n, r;

	va_start(args, format);
	va_copy(again, args);
	n = vsnprintf(NULL, 0, format, args);
	va_end(args);
	r = n < 0 ? -EINVAL : buf_reserve(b, (size_t)n + 1);
	if (!r) {
		vsnprintf((char *)b->data + b->len, (size_t)n + 1, format, again);
		b->len += (size_t)n;
	}
	va_end(again);
	return r;
}
