/* SPDX-License-Identifier: MIT */
/* Huge pages. Source: madvise(2) MADV_COLLAPSE; it works for shared memory whatever
 * shmem_enabled says. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/mman.h>

#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25
#endif
#define HUGE_BYTES ((size_t)2 << 20)

/* Makes one huge page of the HUGE_BYTES at an aligned address. False: it cannot be
 * made, which is no error. */
static inline bool huge_collapse(void *at)
{
	return !madvise(at, HUGE_BYTES, MADV_COLLAPSE);
}
