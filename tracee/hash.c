// SPDX-License-Identifier: MIT
// Hashing memory. Anonymous memory is read only where the kernel has pages for
// it (/proc/PID/pagemap), so a large reservation costs nothing.
#define XXH_STATIC_LINKING_ONLY
#include <xxhash.h>

#include "tracee/hash.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "tracee/os.h"

#define CHUNK_PAGES 64
/* Source: Linux Documentation/admin-guide/mm/pagemap.rst */
#define PAGE_PRESENT ((uint64_t)1 << 63)
#define PAGE_SWAPPED ((uint64_t)1 << 62)

static bool counts(const struct vma *v)
{
	if (v->flags & (VMA_VVAR | VMA_VDSO) || !(v->prot & PROT_READ))
		return false;
	return v->prot & PROT_WRITE || !v->ino;
}

static void hash_pages(XXH3_state_t *state, taddr_t addr, const uint8_t *pages, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const uint8_t *p = pages + i * DEJA_PAGE_BYTES;
		taddr_t a = addr + i * DEJA_PAGE_BYTES;

		if (!p[0] && !memcmp(p, p + 1, DEJA_PAGE_BYTES - 1))
			continue;
		XXH3_64bits_update(state, &a, sizeof(a));
		XXH3_64bits_update(state, p, DEJA_PAGE_BYTES);
	}
}

static bool any_present(int pagemap, taddr_t addr, size_t pages)
{
	uint64_t entries[CHUNK_PAGES];
	ssize_t n = pagemap < 0 ? -1
				: pread(pagemap, entries, pages * 8,
					(off_t)(addr / DEJA_PAGE_BYTES * 8));

	if (n != (ssize_t)(pages * 8))
		return true;
	for (size_t i = 0; i < pages; i++)
		if (entries[i] & (PAGE_PRESENT | PAGE_SWAPPED))
			return true;
	return false;
}

static void hash_vma(XXH3_state_t *state, struct task *t, int pagemap, const struct vma *v)
{
	uint8_t pages[CHUNK_PAGES * DEJA_PAGE_BYTES];

	XXH3_64bits_update(state, &v->prot, sizeof(v->prot));
	for (taddr_t a = v->start; a < v->end; a += sizeof(pages)) {
		size_t bytes = v->end - a < sizeof(pages) ? v->end - a : sizeof(pages);

		if (!v->ino && !(v->flags & VMA_SHARED) &&
		    !any_present(pagemap, a, bytes / DEJA_PAGE_BYTES))
			continue;
		bytes = os_read(t->os_tid, a, pages, bytes);
		hash_pages(state, a, pages, bytes / DEJA_PAGE_BYTES);
	}
}

int space_hash_each(struct task *t, int (*f)(void *ctx, const struct vma *v, uint64_t hash),
		    void *ctx)
{
	cleanup_close int pagemap = -1;
	char path[32];
	int r = 0;

	snprintf(path, sizeof(path), "/proc/%d/pagemap", t->os_tid);
	pagemap = open(path, O_RDONLY | O_CLOEXEC);
	for (size_t i = 0; !r && i < t->space->map.n; i++) {
		const struct vma *v = &t->space->map.vmas[i];
		XXH3_state_t state;

		if (!counts(v))
			continue;
		XXH3_64bits_reset(&state);
		hash_vma(&state, t, pagemap, v);
		r = f(ctx, v, XXH3_64bits_digest(&state));
	}
	return r;
}

static int combine(void *ctx, const struct vma *v, uint64_t hash)
{
	uint64_t *sum = ctx;

	(void)v;
	*sum = *sum * 0x9e3779b97f4a7c15u + hash;
	return 0;
}

int space_hash(struct task *t, uint64_t *ret)
{
	*ret = 0;
	return space_hash_each(t, combine, ret);
}
