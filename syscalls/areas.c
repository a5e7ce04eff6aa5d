// SPDX-License-Identifier: MIT
/* Lists of areas; they keep their memory when cleared. */
#include "syscalls/rules.h"

#include <errno.h>
#include <stdlib.h>

void sys_areas_deinit(struct sys_areas *a)
{
	free(a->items);
	*a = (struct sys_areas){ 0 };
}

void sys_plan_deinit(struct sys_plan *p)
{
	sys_areas_deinit(&p->areas);
}

static int grow(struct sys_areas *a)
{
	size_t cap = a->cap ? a->cap * 2 : 16;
	struct sys_area *items = realloc(a->items, cap * sizeof(*items));

	if (!items)
		return -ENOMEM;
	a->items = items;
	a->cap = cap;
	return 0;
}

int sys_areas_add(struct sys_areas *a, taddr_t addr, uint64_t bytes)
{
	int r = a->n == a->cap ? grow(a) : 0;

	if (r)
		return r;
	if (bytes > AREA_MAX_BYTES)
		bytes = AREA_MAX_BYTES;
	if (bytes > -addr && addr)
		bytes = -addr;
	a->items[a->n++] = (struct sys_area){ addr, bytes };
	return 0;
}

bool sys_mem_read(const struct sys_mem *mem, taddr_t addr, void *ret, size_t len)
{
	return mem && mem->read(mem->ctx, addr, ret, len) == len;
}
