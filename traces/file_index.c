// SPDX-License-Identifier: MIT
#include "traces/file_index.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

void file_index_deinit(struct file_index *x)
{
	free(x->slots);
	*x = (struct file_index){ 0 };
}

static int64_t ns(const struct timespec *t)
{
	return (int64_t)((uint64_t)t->tv_sec * 1000000000u + (uint64_t)t->tv_nsec);
}

struct file_key file_key_of(const struct stat *st)
{
	return (struct file_key){
		.dev = st->st_dev,
		.ino = st->st_ino,
		.bytes = (uint64_t)st->st_size,
		.mtime_ns = ns(&st->st_mtim),
		.ctime_ns = ns(&st->st_ctim),
	};
}

/* The slot with key, or the empty one where it belongs. */
static struct file_slot *find(const struct file_index *x, const struct file_key *key)
{
	for (size_t i = XXH3_64bits(key, sizeof(*key));; i++) {
		struct file_slot *s = &x->slots[i & (x->cap - 1)];

		if (!s->id || memcmp(&s->key, key, sizeof(*key)) == 0)
			return s;
	}
}

uint32_t file_index_find(const struct file_index *x, const struct file_key *key)
{
	return x->cap ? find(x, key)->id : 0;
}

static int widen(struct file_index *x)
{
	struct file_index wide = { .n = x->n };

	wide.cap = x->cap ? x->cap * 2 : 64;
	wide.slots = calloc(wide.cap, sizeof(*wide.slots));
	if (!wide.slots)
		return -ENOMEM;
	for (size_t i = 0; i < x->cap; i++)
		if (x->slots[i].id)
			*find(&wide, &x->slots[i].key) = x->slots[i];
	free(x->slots);
	*x = wide;
	return 0;
}

int file_index_add(struct file_index *x, const struct file_key *key, uint32_t id)
{
	int r = (x->n + 1) * 2 > x->cap ? widen(x) : 0;

	if (r)
		return r;
	*find(x, key) = (struct file_slot){ .key = *key, .id = id };
	x->n++;
	return 0;
}
