// SPDX-License-Identifier: MIT
// Snapshots of what a program may write. A page is kept once for all snapshots
// in which it is the same.
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "steps.h"

#define CHUNK_PAGES 64
/* Source: Linux Documentation/admin-guide/mm/pagemap.rst */
#define PAGE_PRESENT ((uint64_t)1 << 63)
#define PAGE_SWAPPED ((uint64_t)1 << 62)
#define MAX_PRINTED 8

typedef int page_fn(void *ctx, taddr_t addr, const uint8_t *data);

struct kept {
	struct kept *next;
	uint8_t data[DEJA_PAGE_BYTES];
};

static struct kept *kept_pages;

static bool counts(const struct vma *v)
{
	return v->prot & PROT_WRITE && v->prot & PROT_READ && !(v->flags & (VMA_VVAR | VMA_VDSO));
}

static bool is_zero(const uint8_t *p)
{
	return !p[0] && !memcmp(p, p + 1, DEJA_PAGE_BYTES - 1);
}

static bool any_present(int pagemap, const struct vma *v, taddr_t addr, size_t pages)
{
	uint64_t entries[CHUNK_PAGES];

	if (v->ino || v->flags & VMA_SHARED ||
	    pread(pagemap, entries, pages * 8, (off_t)(addr / DEJA_PAGE_BYTES * 8)) !=
		    (ssize_t)(pages * 8))
		return true;
	for (size_t i = 0; i < pages; i++)
		if (entries[i] & (PAGE_PRESENT | PAGE_SWAPPED))
			return true;
	return false;
}

/* Calls f for each page that holds something, upwards. */
static int each_page(struct task *t, page_fn *f, void *ctx)
{
	uint8_t pages[CHUNK_PAGES * DEJA_PAGE_BYTES];
	cleanup_close int pagemap = -1;
	char path[32];
	int r = 0;

	snprintf(path, sizeof(path), "/proc/%d/pagemap", t->os_tid);
	pagemap = open(path, O_RDONLY | O_CLOEXEC);
	for (size_t i = 0; i < t->space->map.n; i++) {
		const struct vma *v = &t->space->map.vmas[i];

		for (taddr_t a = v->start; counts(v) && a < v->end; a += sizeof(pages)) {
			size_t n = v->end - a < sizeof(pages) ? v->end - a : sizeof(pages);

			if (!any_present(pagemap, v, a, n / DEJA_PAGE_BYTES))
				continue;
			n = task_read(t, a, pages, n);
			for (size_t at = 0; !r && at + DEJA_PAGE_BYTES <= n; at += DEJA_PAGE_BYTES)
				if (!is_zero(pages + at))
					r = f(ctx, a + at, pages + at);
			if (r)
				return r;
		}
	}
	return 0;
}

struct take {
	const struct steps_memory *prev;
	size_t at;
	struct steps_memory *ret;
};

static const uint8_t *keep(const uint8_t *data)
{
	struct kept *k = malloc(sizeof(*k));

	if (!k)
		return NULL;
	memcpy(k->data, data, DEJA_PAGE_BYTES);
	k->next = kept_pages;
	kept_pages = k;
	return k->data;
}

static int take_page(void *ctx, taddr_t addr, const uint8_t *data)
{
	struct take *take = ctx;
	struct steps_memory *m = take->ret;
	const struct steps_memory *prev = take->prev;
	const uint8_t *same = NULL;

	while (prev && take->at < prev->n && prev->pages[take->at].addr < addr)
		take->at++;
	if (prev && take->at < prev->n && prev->pages[take->at].addr == addr &&
	    !memcmp(prev->pages[take->at].data, data, DEJA_PAGE_BYTES))
		same = prev->pages[take->at].data;
	if (!same)
		same = keep(data);
	if (m->n == m->cap) {
		size_t cap = m->cap ? 2 * m->cap : 32;
		struct steps_page *p = realloc(m->pages, cap * sizeof(*p));

		if (!p)
			return -ENOMEM;
		m->pages = p;
		m->cap = cap;
	}
	m->pages[m->n++] = (struct steps_page){ addr, same };
	return same ? 0 : -ENOMEM;
}

int steps_memory_take(struct task *t, const struct steps_memory *prev, struct steps_memory *ret)
{
	struct take take = { .prev = prev, .ret = ret };

	*ret = (struct steps_memory){ 0 };
	return each_page(t, take_page, &take);
}

void steps_memory_deinit(struct steps_memory *m)
{
	free(m->pages);
}

void steps_memory_free_all(void)
{
	while (kept_pages) {
		struct kept *next = kept_pages->next;

		free(kept_pages);
		kept_pages = next;
	}
}

/* ---- comparing ---- */

struct compare {
	const struct steps_memory *expected;
	size_t at;
	unsigned printed;
};

static void print_page(struct compare *c, taddr_t addr, const uint8_t *expected,
		       const uint8_t *found)
{
	for (size_t i = 0; i < DEJA_PAGE_BYTES && c->printed < MAX_PRINTED; i += 8) {
		uint64_t e = 0, f = 0;

		if (expected)
			memcpy(&e, expected + i, 8);
		if (found)
			memcpy(&f, found + i, 8);
		if (e == f)
			continue;
		fprintf(stderr, "\tmemory at %#" PRIx64 ": native %016" PRIx64 ", translated %016" PRIx64
			"\n", addr + i, e, f);
		c->printed++;
	}
}

static void print_missing(struct compare *c, taddr_t before)
{
	const struct steps_memory *m = c->expected;

	for (; c->at < m->n && m->pages[c->at].addr < before; c->at++)
		print_page(c, m->pages[c->at].addr, m->pages[c->at].data, NULL);
}

static int compare_page(void *ctx, taddr_t addr, const uint8_t *data)
{
	struct compare *c = ctx;
	const struct steps_memory *m = c->expected;

	print_missing(c, addr);
	if (c->at == m->n || m->pages[c->at].addr != addr) {
		print_page(c, addr, NULL, data);
		return 0;
	}
	if (memcmp(m->pages[c->at].data, data, DEJA_PAGE_BYTES))
		print_page(c, addr, m->pages[c->at].data, data);
	c->at++;
	return 0;
}

bool steps_memory_equal(struct task *t, const struct steps_memory *expected)
{
	struct compare c = { .expected = expected };

	if (each_page(t, compare_page, &c))
		return false;
	print_missing(&c, UINT64_MAX);
	return !c.printed;
}
