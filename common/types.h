/* SPDX-License-Identifier: MIT */
/*
 * The quantities everybody speaks of. An address in the tracee is an integer,
 * never a pointer, so it cannot be dereferenced by mistake.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* An address in the tracee's memory. */
typedef uint64_t taddr_t;

/* Conditional branches that a task has retired since it began. */
typedef uint64_t ticks_t;

/* The number of an event in a trace; the first event is 1. */
typedef uint64_t event_t;

#define DEJA_PAGE_BYTES 4096u

static inline taddr_t page_floor(taddr_t a)
{
	return a & ~(taddr_t)(DEJA_PAGE_BYTES - 1);
}

static inline taddr_t page_ceil(taddr_t a)
{
	return page_floor(a + DEJA_PAGE_BYTES - 1);
}

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
