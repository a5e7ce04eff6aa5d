// SPDX-License-Identifier: MIT
// Where deja's own memory goes in an address space, beside what lies at the fixed places
// of preload/runtime.h.
#include <sys/mman.h>

#include "preload/runtime.h"
#include "tracee/private.h"

static taddr_t zone_near(taddr_t module)
{
	return page_floor(module - 2 * (taddr_t)RT_ZONE_BYTES) & ~(taddr_t)0x1fffff;
}

static void add_zone(struct space_layout *l, taddr_t start, uint64_t bytes)
{
	if (l->n_zones == DBT_MAX_ZONES)
		return;
	l->zone[l->n_zones] = start;
	l->zone_bytes[l->n_zones++] = bytes;
}

/* Whether [start, end) and [from, to) have something in common. */
static bool meet(taddr_t start, taddr_t end, taddr_t from, taddr_t to)
{
	return start < to && from < end;
}

/* Whether the stack is where it can have a shadow, and there is room for that. */
static bool may_have_shadow(const struct vmap *map, const struct space_layout *l)
{
	const taddr_t start = RT_SHADOW_RANGE, end = start + RT_SHADOW_RANGE_BYTES;
	bool stack = false;

	for (size_t i = 0; i < map->n; i++) {
		const struct vma *v = &map->vmas[i];

		stack |= v->flags & VMA_STACK && v->end > RT_STACK;
		if (meet(v->start, v->end, start, end))
			return false;
	}
	for (size_t i = 0; i < l->n_zones; i++)
		if (meet(l->zone[i], l->zone[i] + l->zone_bytes[i], start, end))
			return false;
	return stack && l->n_zones < DBT_MAX_ZONES;
}

/* Whether a displacement of 32 bits spans from the module to all of a zone. */
static bool in_reach(const struct space_layout *l, taddr_t a)
{
	const uint64_t most = 0x7e000000;

	for (size_t i = 0; i < l->n_zones; i++) {
		taddr_t end = l->zone[i] + l->zone_bytes[i];

		if (a < l->zone[i] ? end - a < most : a - l->zone[i] < most)
			return true;
	}
	return false;
}

/*
 * The mmap area grows down from below the stack, so a zone for it goes above the
 * area's first mapping, into the gap of at least 128 MiB that the kernel leaves
 * for the stack. With the bottom-up layout the area grows up: below it then.
 *
 * Source: Linux arch/x86/mm/mmap.c mmap_base()
 */
void space_choose_layout(const struct vmap *map, struct space_layout *ret)
{
	const taddr_t top_down = (taddr_t)0x7f << 40;
	taddr_t top = 0, stack = (taddr_t)1 << 47;

	*ret = (struct space_layout){ 0 };
	add_zone(ret, RT_ZONE, RT_ZONE_BYTES);
	for (size_t i = 0; i < map->n; i++) {
		const struct vma *v = &map->vmas[i];

		if (v->flags & VMA_STACK)
			stack = v->start;
		else if (v->end <= stack)
			top = v->end;
	}
	if (top >= top_down && stack - top > 0x6000000)
		add_zone(ret, (top + 0x3fffff) & ~(taddr_t)0x1fffff, RT_ZONE_BYTES);
	for (size_t i = 0; i < map->n; i++)
		if (map->vmas[i].prot & PROT_EXEC && !in_reach(ret, map->vmas[i].start))
			add_zone(ret, zone_near(map->vmas[i].start), RT_ZONE_BYTES);
	ret->shadow = may_have_shadow(map, ret);
}

size_t space_layout_ranges(const struct space_layout *l, uint64_t ret[][2])
{
	size_t n = 0;

	for (; n < l->n_zones; n++) {
		ret[n][0] = l->zone[n];
		ret[n][1] = l->zone_bytes[n];
	}
	if (l->shadow) {
		ret[n][0] = RT_SHADOW_RANGE;
		ret[n++][1] = RT_SHADOW_RANGE_BYTES;
	}
	return n;
}

void space_layout_add(struct space_layout *l, taddr_t start, uint64_t bytes)
{
	if (start == RT_SHADOW_RANGE)
		l->shadow = true;
	else
		add_zone(l, start, bytes);
}

bool space_is_ours(const struct space *s, taddr_t start, taddr_t end)
{
	uint64_t ranges[DBT_MAX_ZONES + 1][2];
	size_t n = space_layout_ranges(&s->layout, ranges);
	bool ours = meet(start, end, RT_BASE, RT_STATE + RT_PRIVATE_BYTES);

	for (size_t i = 0; i < n; i++)
		ours |= meet(start, end, ranges[i][0], ranges[i][0] + ranges[i][1]);
	return ours;
}
