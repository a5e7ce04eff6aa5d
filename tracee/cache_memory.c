// SPDX-License-Identifier: MIT
// The memory of a code cache: one file with the zones and the runtime page, mapped
// here to be written and into each space that shares it to be executed.
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/huge.h"
#include "preload/runtime.h"
#include "tracee/private.h"

void cache_memory_put(struct cache_memory *c)
{
	if (!c || --c->refs)
		return;
	if (c->write)
		munmap(c->write, c->bytes);
	if (c->fd >= 0)
		close(c->fd);
	free(c);
}

/*
 * The zones, then the runtime page. Both mappings of a zone are aligned to huge
 * pages, so that a zone that fills up can be made of them (see cache_memory_promote()).
 */
static int map_cache_here(struct cache_memory *c)
{
	const size_t reserve = c->bytes + HUGE_BYTES;
	uint8_t *base =
		mmap(NULL, reserve, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	uint8_t *at;

	if (base == MAP_FAILED)
		return -errno;
	at = (uint8_t *)(((uintptr_t)base + HUGE_BYTES - 1) & ~(uintptr_t)(HUGE_BYTES - 1));
	if (at > base)
		munmap(base, (size_t)(at - base));
	munmap(at + c->bytes, (size_t)(base + reserve - (at + c->bytes)));
	c->write = mmap(at, c->bytes, PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_FIXED | MAP_NORESERVE, c->fd, 0);
	if (c->write != MAP_FAILED)
		return 0;
	c->write = NULL;
	return -errno;
}

/* What finds no room is answered by a stop. */
static void fill_answers(struct rt_answers *to, const struct cpuid_row *rows, size_t n)
{
	size_t fit = n < RT_MAX_ANSWERS ? n : RT_MAX_ANSWERS;

	to->end = RT_ANSWERS + offsetof(struct rt_answers, rows[fit]);
	for (size_t i = 0; i < fit; i++)
		to->rows[i] = (struct rt_answer){
			.leaf = rows[i].leaf,
			.mask = cpuid_has_subleaves(rows, n, rows[i].leaf) ? UINT32_MAX : 0,
			.subleaf = rows[i].subleaf,
			.eax = rows[i].eax,
			.ebx = rows[i].ebx,
			.ecx = rows[i].ecx,
			.edx = rows[i].edx,
		};
}

int cache_memory_new(const struct tracees *w, const struct space_layout *layout,
		     struct cache_memory **ret)
{
	struct cache_memory *c = calloc(1, sizeof(*c));
	int r;

	if (!c)
		return -ENOMEM;
	c->refs = 1;
	c->layout = *layout;
	for (size_t i = 0; i < layout->n_zones; i++)
		c->runtime += layout->zone_bytes[i];
	c->bytes = c->runtime + RT_CODE_BYTES;
	c->fd = memfd_create("deja-cache", MFD_CLOEXEC);
	r = c->fd < 0 || ftruncate(c->fd, (off_t)c->bytes) ? -errno : map_cache_here(c);
	if (r) {
		cache_memory_put(c);
		return fail_errno(r, "memory for the code cache");
	}
	memcpy(c->write + c->runtime, pre_runtime, (size_t)(pre_runtime_end - pre_runtime));
	fill_answers((void *)(c->write + c->runtime + (RT_ANSWERS - RT_CODE)), w->cpuid,
		     w->n_cpuid);
	*ret = c;
	return 0;
}

size_t cache_memory_zones(const struct cache_memory *c, struct dbt_zone *ret)
{
	uint8_t *at = c->write;

	for (size_t i = 0; i < c->layout.n_zones; i++) {
		ret[i] = (struct dbt_zone){ .start = c->layout.zone[i],
					    .bytes = c->layout.zone_bytes[i],
					    .write = at };
		at += c->layout.zone_bytes[i];
	}
	return c->layout.n_zones;
}

/*
 * Makes huge pages of what a large program's translations fill: its code is
 * spread over more small pages than the processor can look up quickly. A small
 * program never gets here. That a page cannot be made huge is no error.
 *
 * Measured: bench/run cc1
 */
void cache_memory_promote(struct cache_memory *c, const struct dbt *d)
{
	uint8_t *at = c->write;

	for (size_t i = 0; i < c->layout.n_zones; at += c->layout.zone_bytes[i++]) {
		size_t *done = &c->promoted[i], used = dbt_zone_used(d, (unsigned)i);
		uint8_t *page = at + *done;

		if (used < *done + HUGE_BYTES / 2 || *done + HUGE_BYTES > c->layout.zone_bytes[i])
			continue;
		for (size_t o = 0; o < HUGE_BYTES; o += DEJA_PAGE_BYTES)
			*(volatile uint8_t *)(page + o) = *(volatile uint8_t *)(page + o);
		(void)huge_collapse(page);
		*done += HUGE_BYTES;
	}
}

/* Maps the runtime page and all zones into the tracee, over what was there. */
int cache_memory_map(struct task *t, taddr_t gate, taddr_t scratch, const struct cache_memory *c)
{
	struct remote_map maps[DBT_MAX_ZONES + 1];
	off_t offset = 0;

	maps[0] = (struct remote_map){
		c->fd, RT_CODE, RT_CODE_BYTES, PROT_READ | PROT_EXEC, (off_t)c->runtime, 0
	};
	for (size_t i = 0; i < c->layout.n_zones; i++) {
		maps[i + 1] = (struct remote_map){ c->fd,
						   c->layout.zone[i],
						   c->layout.zone_bytes[i],
						   PROT_READ | PROT_EXEC,
						   offset,
						   0 };
		offset += (off_t)c->layout.zone_bytes[i];
	}
	return task_map_fd(t, gate, scratch, maps, c->layout.n_zones + 1);
}
