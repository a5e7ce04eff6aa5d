/* SPDX-License-Identifier: MIT */
/* Memory and descriptors that release themselves at the end of their scope. */
#pragma once

#include <stdlib.h>
#include <unistd.h>

static inline void cleanup_free_(void *p)
{
	free(*(void **)p);
}

static inline void cleanup_close_(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

#define cleanup_free	__attribute__((cleanup(cleanup_free_)))
#define cleanup_close	__attribute__((cleanup(cleanup_close_)))
#define cleanup_with(f) __attribute__((cleanup(f)))
