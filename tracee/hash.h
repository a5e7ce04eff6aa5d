/* SPDX-License-Identifier: MIT */
/* A hash of a space's memory, the same in recording and replay. */
#pragma once

#include "tracee/task.h"

/* Covers every mapping the program may write, and all anonymous ones; pages of
 * zeros count as pages that were never touched. t is stopped. */
int space_hash(struct task *t, uint64_t *ret) must_check;
/* Calls f with the hash of each such mapping, to find where two runs differ. */
int space_hash_each(struct task *t, int (*f)(void *ctx, const struct vma *v, uint64_t hash),
		    void *ctx) must_check;
