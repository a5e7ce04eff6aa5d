// SPDX-License-Identifier: MIT
// Watching accesses: the pages of watched ranges are not accessible for the
// machine. An access faults; the instruction is decoded to see whether it touches
// a range, and runs by itself with the pages open.
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "tracee/private.h"
#include "translator/access.h"

#define MAX_ACCESSES   8
#define MAX_INSN_BYTES 15

static int set_pages(struct task *t, const struct space_watch *w, bool open)
{
	int r = 0;

	for (taddr_t page = page_floor(w->addr); !r && page < w->addr + w->bytes;
	     page += DEJA_PAGE_BYTES) {
		const struct vma *v = vmap_find(&t->space->map, page);

		if (v)
			r = space_protect(t, page, DEJA_PAGE_BYTES,
					  open ? space_machine_prot(v->prot) : PROT_NONE);
	}
	return r;
}

static int set_all(struct task *t, bool open)
{
	int r = 0;

	for (size_t i = 0; !r && i < t->space->n_watches; i++)
		r = set_pages(t, &t->space->watches[i], open);
	return r;
}

int space_set_watch(struct task *t, const struct space_watch *w, bool set)
{
	struct space *s = t->space;
	struct space_watch *grown;
	size_t i = 0;
	int r;

	while (i < s->n_watches && memcmp(&s->watches[i], w, sizeof(*w)))
		i++;
	if (set == (i < s->n_watches))
		return 0;
	if (!set) {
		r = set_pages(t, w, true);
		s->watches[i] = s->watches[--s->n_watches];
		return r ? r : set_all(t, false);
	}
	grown = realloc(s->watches, (s->n_watches + 1) * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	s->watches = grown;
	r = relro_going(t, page_floor(w->addr), page_ceil(w->addr + w->bytes));
	if (r)
		return r;
	s->watches[s->n_watches++] = *w;
	return set_pages(t, w, false);
}

static bool in_watched_page(const struct space *s, taddr_t addr)
{
	for (size_t i = 0; i < s->n_watches; i++)
		if (page_floor(addr) >= page_floor(s->watches[i].addr) &&
		    page_floor(addr) < s->watches[i].addr + s->watches[i].bytes)
			return true;
	return false;
}

static bool touches(const struct dbt_access *a, const struct space_watch *w)
{
	bool overlap = a->addr < w->addr + w->bytes && w->addr < a->addr + a->bytes;

	/* Where a gather reads is not told: it may be here. */
	return (!a->bytes || overlap) && (a->reads || w->writes_too);
}

int space_open_watched(struct task *t, taddr_t addr)
{
	struct space *s = t->space;
	struct dbt_access accesses[MAX_ACCESSES];
	uint8_t code[MAX_INSN_BYTES];
	size_t n;
	int r;

	if (!in_watched_page(s, addr))
		return 0;
	n = dbt_accesses(code, os_read(t->os_tid, t->regs.rip, code, sizeof(code)), &t->regs,
			 accesses, MAX_ACCESSES);
	t->watch_hit = 0;
	for (size_t i = 0; i < s->n_watches; i++)
		for (size_t j = 0; j < n; j++)
			if (touches(&accesses[j], &s->watches[i]))
				t->watch_hit = s->watches[i].addr;
	r = set_all(t, true);
	return r ? r : 1;
}

int space_close_watched(struct task *t)
{
	return set_all(t, false);
}
