/* SPDX-License-Identifier: MIT */
/* Which files a writer has stored already. */
#pragma once

#include <sys/stat.h>

#include "common/error.h"
#include "common/types.h"

/* Two files with the same key have the same contents. */
struct file_key {
	uint64_t dev, ino, bytes;
	int64_t mtime_ns, ctime_ns;
};

struct file_index {
	struct file_slot {
		struct file_key key;
		uint32_t id; /* 0: empty */
	} * slots;	     /* owned */
	size_t n, cap;
};

void file_index_deinit(struct file_index *x);
struct file_key file_key_of(const struct stat *st);
/* The id of the stored file, or 0. */
uint32_t file_index_find(const struct file_index *x, const struct file_key *key);
int file_index_add(struct file_index *x, const struct file_key *key, uint32_t id) must_check;
