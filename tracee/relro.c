// SPDX-License-Identifier: MIT
// Memory that the dynamic linker has made read-only behind its relocations (RELRO):
// jumps by slots of linkage tables there are translated as what they lead to.
//
// Only what it protects counts: it does so in each process before anything of the
// program relies on it (but for resolvers of indirect functions), so that one that
// joins a cache cannot come to a translation before what that relies on was compared.
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "tracee/private.h"

void relro_note_loader(struct task *t)
{
	const struct vma *v = vmap_find(&t->space->map, t->regs.rip);

	t->space->loader = v && v->ino ? (struct dbt_code_id){ .dev = v->dev, .ino = v->ino } :
					 (struct dbt_code_id){ 0 };
}

/* A program that is its own loader may do anything at any time. */
static bool by_loader(const struct task *t)
{
	const struct space *s = t->space;
	const struct vma *v = vmap_find(&s->map, t->regs.rip);

	return v && s->loader.ino && v->ino == s->loader.ino && v->dev == s->loader.dev &&
	       (s->image.ino != s->loader.ino || s->image.dev != s->loader.dev);
}

static int add(struct space *s, taddr_t start, taddr_t end)
{
	struct relro *grown = realloc(s->relro, (s->n_relro + 1) * sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	s->relro = grown;
	s->relro[s->n_relro++] = (struct relro){ start, end };
	return 0;
}

/* Blocks that rely on what is there are found, or are not this space's. */
static int map_fixed(struct task *t, taddr_t start, taddr_t end)
{
	int r = dbt_map_fixed(t->space->dbt, start, end);

	return r == -EEXIST ? space_unshare(t) : r;
}

int relro_note(struct task *t, taddr_t start, taddr_t end)
{
	struct space *s = t->space;
	const struct vma *v = vmap_find(&s->map, start);
	int r;

	if (!s->ready || !by_loader(t) || !v || end > v->end || !v->ino ||
	    v->flags & VMA_SHARED || v->prot != PROT_READ)
		return 0;
	r = add(s, start, end);
	return r ? r : map_fixed(t, start, end);
}

static bool has(const struct space *s, taddr_t page)
{
	for (size_t i = 0; i < s->n_relro; i++)
		if (page >= s->relro[i].start && page < s->relro[i].end)
			return true;
	return false;
}

static bool same_page(const struct space *a, const struct space *b, taddr_t page)
{
	uint8_t in_a[DEJA_PAGE_BYTES], in_b[DEJA_PAGE_BYTES];

	return os_read(a->os_tid, page, in_a, sizeof(in_a)) == sizeof(in_a) &&
	       os_read(b->os_tid, page, in_b, sizeof(in_b)) == sizeof(in_b) &&
	       !memcmp(in_a, in_b, sizeof(in_a));
}

bool relro_is_fixed(void *ctx, taddr_t page, bool known)
{
	const struct space *s = ctx;
	const struct tracees *w = s->tracees;

	if (!has(s, page))
		return false;
	for (size_t i = 0; !known && i < w->n; i++) {
		const struct space *other = w->tasks[i]->space;

		if (!other || other == s || other->cache != s->cache ||
		    w->tasks[i]->mode == TASK_DEAD)
			continue;
		if (!has(other, page) || !same_page(s, other, page))
			return false;
	}
	return true;
}

int relro_map_all(struct task *t)
{
	const struct space *s = t->space;
	int r = 0;

	for (size_t i = 0; i < s->n_relro && !r; i++)
		r = map_fixed(t, s->relro[i].start, s->relro[i].end);
	return r;
}

/* Takes [start, end) out; returns in *ret a part that was in. */
static bool take(struct space *s, taddr_t start, taddr_t end, struct relro *ret, int *error)
{
	for (size_t i = 0; i < s->n_relro; i++) {
		struct relro *r = &s->relro[i];
		const struct relro was = *r;

		if (was.start >= end || was.end <= start)
			continue;
		ret->start = was.start > start ? was.start : start;
		ret->end = was.end < end ? was.end : end;
		*r = s->relro[--s->n_relro];
		if (was.start < start)
			*error = add(s, was.start, start);
		if (was.end > end && !*error)
			*error = add(s, end, was.end);
		return true;
	}
	return false;
}

int relro_going(struct task *t, taddr_t start, taddr_t end)
{
	struct relro part;
	int r = 0;

	while (!r && take(t->space, start, end, &part, &r))
		if (!r)
			r = space_drop_code(t, part.start, part.end);
	return r;
}

int relro_fork(const struct space *parent, struct space *s)
{
	int r = 0;

	for (size_t i = 0; i < parent->n_relro && !r; i++)
		r = add(s, parent->relro[i].start, parent->relro[i].end);
	s->loader = parent->loader;
	return r;
}
