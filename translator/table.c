/* SPDX-License-Identifier: MIT */
#include "translator/table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void table_deinit(struct table *t)
{
	free(t->keys);
	free(t->values);
	*t = (struct table){ 0 };
}

void table_clear(struct table *t)
{
	if (t->n)
		memset(t->keys, 0, t->cap * sizeof(*t->keys));
	t->n = 0;
}

static size_t table_slot(const struct table *t, uint64_t key)
{
	size_t i = (size_t)(key * 0x9e3779b97f4a7c15u >> 32) & (t->cap - 1);

	while (t->keys[i] && t->keys[i] != key)
		i = (i + 1) & (t->cap - 1);
	return i;
}

uint32_t table_get(const struct table *t, uint64_t key)
{
	size_t i;

	if (!t->cap)
		return 0;
	i = table_slot(t, key);
	return t->keys[i] ? t->values[i] : 0;
}

static int table_grow(struct table *t)
{
	struct table bigger = { .cap = t->cap ? t->cap * 2 : 256, .n = t->n };

	bigger.keys = calloc(bigger.cap, sizeof(*bigger.keys));
	bigger.values = malloc(bigger.cap * sizeof(*bigger.values));
	if (!bigger.keys || !bigger.values) {
		table_deinit(&bigger);
		return fail(-ENOMEM, "out of memory");
	}
	for (size_t i = 0; i < t->cap; i++) {
		size_t to;

		if (!t->keys[i])
			continue;
		to = table_slot(&bigger, t->keys[i]);
		bigger.keys[to] = t->keys[i];
		bigger.values[to] = t->values[i];
	}
	table_deinit(t);
	*t = bigger;
	return 0;
}

int table_set(struct table *t, uint64_t key, uint32_t value)
{
	size_t i;
	int r = t->n * 3 >= t->cap * 2 ? table_grow(t) : 0;

	if (r < 0)
		return r;
	i = table_slot(t, key);
	t->n += !t->keys[i];
	t->keys[i] = key;
	t->values[i] = value;
	return 0;
}

void table_replace(struct table *t, uint64_t key, uint32_t value)
{
	size_t i = table_slot(t, key);

	if (t->keys[i])
		t->values[i] = value;
}
