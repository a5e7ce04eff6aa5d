/* SPDX-License-Identifier: MIT */
/* A tracee's memory for tests: one run of bytes at an address. */
#pragma once

#include <stdint.h>
#include <string.h>

#include "syscalls/syscalls.h"

#define MEMORY_AT    0x7f0000001000u
#define MEMORY_BYTES 8192u

struct memory {
	uint8_t bytes[MEMORY_BYTES];
};

static inline size_t memory_read(void *ctx, taddr_t addr, void *ret, size_t len)
{
	const struct memory *m = ctx;

	if (addr < MEMORY_AT || addr >= MEMORY_AT + MEMORY_BYTES)
		return 0;
	if (len > MEMORY_AT + MEMORY_BYTES - addr)
		len = MEMORY_AT + MEMORY_BYTES - addr;
	memcpy(ret, m->bytes + (addr - MEMORY_AT), len);
	return len;
}

/* Puts data at an offset; gives its address in the tracee. */
static inline taddr_t memory_put(struct memory *m, size_t offset, const void *data, size_t bytes)
{
	memcpy(m->bytes + offset, data, bytes);
	return MEMORY_AT + offset;
}
