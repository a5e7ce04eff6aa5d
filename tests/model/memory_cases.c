// SPDX-License-Identifier: MIT
/* What the kernel tells of memory. */
#include "canary.h"

#include <sys/mman.h>

static void resident_pages(struct canary *c)
{
	void *at = mmap(NULL, 5 * 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	GOOD(c, mincore, at, 5 * 4096, canary_room(c, 5));
	GOOD(c, mincore, at, 4097, canary_room(c, 2));
}

static void policies(struct canary *c)
{
	GOOD(c, get_mempolicy, canary_room(c, 4), canary_room(c, 128), 1024 + 1, NULL, 0);
	GOOD(c, get_mempolicy, canary_room(c, 4), NULL, 0, NULL, 0);
}

static void places_of_pages(struct canary *c)
{
	void *pages[3] = { canary_room(c, 1), c, NULL };

	GOOD(c, move_pages, 0, 3, canary_copy(c, pages, sizeof(pages)), NULL, canary_room(c, 12),
	     0);
}

FAMILY(memory, CASE(resident_pages), CASE(policies), CASE(places_of_pages))
