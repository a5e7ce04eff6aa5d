// SPDX-License-Identifier: MIT
// Address spaces: deja's memory inside the tracee, the translator's view of the
// program's code, and the guards that tell when code changes.
//
// No page of the program is executable for the machine. A page that translated
// code was read from and that the program may write is, besides, write-protected
// (guarded); a write to it faults, drops the translations, and is then let
// through.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/log.h"
#include "preload/runtime.h"
#include "tracee/disk.h"
#include "tracee/private.h"
#include "tracee/vdso.h"

/* ---- the private region ---- */

/* Ready for injected calls. */
static int private_new(void **ret_map, int *ret_fd)
{
	cleanup_close int fd = memfd_create("deja-state", MFD_CLOEXEC);
	struct rt_state *state;
	void *p;

	if (fd < 0 || ftruncate(fd, RT_PRIVATE_BYTES))
		return fail_errno(-errno, "memory for the state page");
	p = mmap(NULL, RT_PRIVATE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		return fail_errno(-errno, "memory for the state page");
	state = p;
	state->stop_entry = RT_STOP;
	*ret_map = p;
	*ret_fd = fd;
	fd = -1;
	return 0;
}

static int map_private(struct task *t, taddr_t gate, taddr_t scratch, int fd)
{
	struct remote_map m = { fd, RT_STATE, RT_PRIVATE_BYTES, PROT_READ | PROT_WRITE, 0, 0 };

	return task_map_fd(t, gate, scratch, &m, 1);
}

/* ---- spaces ---- */

struct space *space_new(struct tracees *w, pid_t os_tid)
{
	struct space *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->refs = 1;
	s->tracees = w;
	s->os_tid = os_tid;
	return s;
}

void space_put(struct space *s)
{
	if (!s || --s->refs)
		return;
	if (!s->dbt || !pool_give(&s->tracees->pool, s)) {
		if (s->dbt)
			dbt_destroy(s->dbt);
		cache_memory_put(s->cache);
		if (s->private)
			munmap(s->private, RT_PRIVATE_BYTES);
	}
	vmap_deinit(&s->map);
	free(s->guarded);
	free(s->relro);
	free(s->to_guard);
	free(s->watches);
	free(s);
}

int space_machine_prot(int prot)
{
	if (prot & PROT_EXEC)
		prot |= PROT_READ;
	return prot & ~PROT_EXEC;
}

static size_t fetch(void *ctx, taddr_t pc, void *ret, size_t len)
{
	struct space *s = ctx;
	const struct vma *v = vmap_find(&s->map, pc);
	size_t got = 0;

	while (got < len && v && v->start <= pc + got && v->prot & PROT_EXEC) {
		size_t part = v->end - (pc + got);

		if (part > len - got)
			part = len - got;
		part = os_read(s->os_tid, pc + got, (char *)ret + got, part);
		if (!part)
			break;
		got += part;
		v = vmap_find(&s->map, pc + got);
	}
	return got;
}

static int push(taddr_t **list, size_t *n, size_t *cap, taddr_t a)
{
	for (size_t i = 0; i < *n; i++)
		if ((*list)[i] == a)
			return 0;
	if (*n == *cap) {
		size_t more = *cap ? *cap * 2 : 16;
		taddr_t *l = realloc(*list, more * sizeof(*l));

		if (!l)
			return -ENOMEM;
		*list = l;
		*cap = more;
	}
	(*list)[(*n)++] = a;
	return 0;
}

/* The address in mapping `to` of the file page that `from` has at page, or 0. */
static taddr_t alias_in(const struct vma *to, const struct vma *from, taddr_t page)
{
	uint64_t offset = from->offset + (page - from->start);

	if (!to->ino || to->ino != from->ino || to->dev != from->dev || !(to->flags & VMA_SHARED) ||
	    offset < to->offset || offset - to->offset >= to->end - to->start)
		return 0;
	return to->start + (offset - to->offset);
}

static void watch_code(void *ctx, taddr_t page)
{
	struct space *s = ctx;
	const struct vma *v = vmap_find(&s->map, page);

	if (!v)
		return;
	if (v->prot & PROT_WRITE)
		if (push(&s->to_guard, &s->n_to_guard, &s->cap_to_guard, page))
			return;
	for (size_t i = 0; v->ino && i < s->map.n; i++) {
		const struct vma *other = &s->map.vmas[i];
		taddr_t a = other != v && other->prot & PROT_WRITE ? alias_in(other, v, page) : 0;

		if (a && push(&s->to_guard, &s->n_to_guard, &s->cap_to_guard, a))
			return;
	}
}

/* The x87 instruction pointer of stopped tasks may be in what goes away. */
static void before_flush(void *ctx)
{
	const struct space *s = ctx;
	struct buf xstate = { 0 };

	for (size_t i = 0; i < s->tracees->n; i++) {
		struct task *t = s->tracees->tasks[i];

		if (t->space && t->space->cache == s->cache && t->mode != TASK_DEAD &&
		    !task_get_xstate(t, &xstate))
			(void)!os_set_xstate(t->os_tid, xstate.data, xstate.len);
	}
	buf_deinit(&xstate);
}

static size_t peek(void *ctx, taddr_t at, void *ret, size_t len)
{
	const struct space *s = ctx;

	return os_read(s->os_tid, at, ret, len);
}

static const struct dbt_ops ops = { .fetch = fetch,
				    .peek = peek,
				    .is_fixed = relro_is_fixed,
				    .watch_code = watch_code,
				    .before_flush = before_flush };

int space_protect(struct task *t, taddr_t start, size_t bytes, int prot)
{
	int64_t result = 0;
	int r = task_inject(t, SYS_mprotect, (uint64_t[6]){ start, bytes, (uint64_t)prot },
			    &result);

	if (!r && result)
		log_debug("task %d: mprotect 0x%lx+%zx: %ld", t->tid, start, bytes, result);
	return r;
}

int space_guard_new(struct task *t)
{
	struct space *s = t->space;
	int r = 0;

	for (size_t i = 0; !r && i < s->n_to_guard; i++) {
		taddr_t page = s->to_guard[i];
		const struct vma *v = vmap_find(&s->map, page);

		if (!v)
			continue;
		r = push(&s->guarded, &s->n_guarded, &s->cap_guarded, page);
		if (!r)
			r = space_protect(t, page, DEJA_PAGE_BYTES,
					  space_machine_prot(v->prot) & ~PROT_WRITE);
	}
	/* The kernel cannot write to a guarded page: it is opened before a call. */
	dbt_use_untraced(s->dbt, false, false);
	s->n_to_guard = 0;
	return r;
}

void space_set_untraced(struct space *s, const struct dbt_untraced *which)
{
	if (s->untraced == which)
		return;
	s->untraced = which;
	dbt_set_untraced(s->dbt, which);
}

int space_enter_unguarded(struct task *t, taddr_t pc, enum dbt_variant variant, taddr_t *ret)
{
	bool suits = variant != DBT_NORMAL || dbt_suits(t->space->dbt, t->regs.rsp);
	int r = suits ? 0 : space_leave_shadow(t);

	if (!r)
		r = dbt_enter(t->space->dbt, pc, variant, ret);
	/* Code that the sharers of the cache cannot be told apart by. */
	if (r == -EXDEV) {
		r = space_unshare(t);
		if (!r)
			r = dbt_enter(t->space->dbt, pc, variant, ret);
	}
	return !r && dbt_shadow_is_stale(t->space->dbt) ? space_empty_shadow(t) : r;
}

int space_enter(struct task *t, taddr_t pc, enum dbt_variant variant, taddr_t *ret)
{
	int r = space_enter_unguarded(t, pc, variant, ret);

	cache_memory_promote(t->space->cache, t->space->dbt);
	if (!r && t->space->n_to_guard)
		r = space_guard_new(t);
	/* In replay it is not the kernel that knows. */
	return !r && t->space->n_guarded && !t->tracees->options.replay ? task_note_segv(t) : r;
}

static bool forget_guard(struct space *s, taddr_t page)
{
	for (size_t i = 0; i < s->n_guarded; i++)
		if (s->guarded[i] == page) {
			s->guarded[i] = s->guarded[--s->n_guarded];
			return true;
		}
	return false;
}

int space_drop_code(struct task *t, taddr_t start, taddr_t end)
{
	struct space *s = t->space;
	int r = 0;

	if (!s->dbt || !dbt_has_code(s->dbt, start, end - start))
		return 0;
	if (dbt_shared(s->dbt))
		r = space_unshare(t);
	if (!r)
		dbt_invalidate(s->dbt, start, end - start);
	return r;
}

/* Drops what was translated from a page or from an alias of it. */
static int drop_page(struct task *t, taddr_t page)
{
	struct space *s = t->space;
	const struct vma *v = vmap_find(&s->map, page);
	int r = space_drop_code(t, page, page + DEJA_PAGE_BYTES);

	for (size_t i = 0; !r && v && v->flags & VMA_SHARED && i < s->map.n; i++) {
		const struct vma *other = &s->map.vmas[i];
		taddr_t a = other != v ? alias_in(other, v, page) : 0;

		if (a)
			r = space_drop_code(t, a, a + DEJA_PAGE_BYTES);
	}
	return r;
}

int space_unguard(struct task *t, taddr_t addr)
{
	struct space *s = t->space;
	taddr_t page = page_floor(addr);
	const struct vma *v = vmap_find(&s->map, page);
	int r;

	if (!v || !(v->prot & PROT_WRITE) || !forget_guard(s, page))
		return 0;
	r = drop_page(t, page);
	if (!r)
		r = space_protect(t, page, DEJA_PAGE_BYTES, space_machine_prot(v->prot));
	return r ? r : 1;
}

int space_drop_unguarded(struct task *t)
{
	struct space *s = t->space;
	int r = 0;

	for (size_t i = 0; !r && i < s->n_to_guard; i++)
		r = drop_page(t, s->to_guard[i]);
	s->n_to_guard = 0;
	return r;
}

int space_prepare_write(struct task *t, taddr_t start, uint64_t bytes)
{
	struct space *s = t->space;
	int r = 0;

	for (size_t i = 0; i < s->n_guarded && r >= 0;) {
		taddr_t page = s->guarded[i];

		if (page < start + bytes && page + DEJA_PAGE_BYTES > start)
			r = space_unguard(t, page);
		else
			i++;
	}
	return r < 0 ? r : 0;
}

/* What is mapped there, NULL when nothing tells it from other such memory. The
 * kernel's vDSO is the same for all. */
static const struct dbt_code_id *code_id(const struct vma *v, struct dbt_code_id *ret)
{
	*ret = (struct dbt_code_id){ v->dev, v->ino, v->mtime_ns, v->offset };
	if (v->flags & VMA_VDSO)
		*ret = (struct dbt_code_id){ UINT64_MAX, 1, 0, 0 };
	return ret->ino ? ret : NULL;
}

static int register_code(struct space *s, taddr_t start, taddr_t end)
{
	int r = 0;

	for (const struct vma *v = vmap_next(&s->map, start);
	     !r && v && v < s->map.vmas + s->map.n && v->start < end; v++) {
		struct dbt_code_id id;

		if (!(v->prot & PROT_EXEC))
			continue;
		r = dbt_map_code(s->dbt, v->start, v->end, code_id(v, &id));
		/* What a sharer translated is not guarded here. */
		if (!r && v->prot & PROT_WRITE && dbt_shared(s->dbt) &&
		    dbt_has_code(s->dbt, v->start, v->end - v->start))
			r = -EEXIST;
	}
	return r;
}

int space_code_going(struct task *t, taddr_t start, taddr_t end)
{
	struct space *s = t->space;
	int r = 0;

	for (size_t i = 0; s->ready && !r && i < s->map.n; i++) {
		const struct vma *v = &s->map.vmas[i];

		if (v->prot & PROT_EXEC && v->start < end && v->end > start)
			r = space_drop_code(t, v->start > start ? v->start : start,
					    v->end < end ? v->end : end);
	}
	for (size_t i = 0; i < s->n_guarded;)
		if (s->guarded[i] >= start && s->guarded[i] < end)
			s->guarded[i] = s->guarded[--s->n_guarded];
		else
			i++;
	return r ? r : relro_going(t, start, end);
}

int space_code_mapped(struct task *t, taddr_t start, taddr_t end)
{
	int r = t->space->ready ? register_code(t->space, start, end) : 0;

	return r == -EEXIST ? space_unshare(t) : r;
}

int space_protected(struct task *t, taddr_t start, taddr_t end, int prot)
{
	int r = space_code_going(t, start, end);

	if (!r)
		r = vmap_protect(&t->space->map, start, end, prot);
	if (!r)
		r = space_code_mapped(t, start, end);
	return r ? r : relro_note(t, start, end);
}

/* Maps c, the caller's reference to which it takes over, in place of the cache in use: as
 * kept uses it, or (NULL) as an empty one. */
static int take_cache(struct task *t, struct cache_memory *c, struct dbt *kept)
{
	struct space *s = t->space;
	struct dbt_zone zones[DBT_MAX_ZONES];
	int r = cache_memory_map(t, RT_GATE_INJECT, RT_STATE + SPACE_SCRATCH_OFFSET, c);

	if (!r && kept)
		dbt_join(s->dbt, kept);
	else if (!r)
		r = dbt_unshare(s->dbt, zones, cache_memory_zones(c, zones));
	if (r) {
		cache_memory_put(c);
		return r;
	}
	cache_memory_put(s->cache);
	s->cache = c;
	return 0;
}

/* The cache that is about to be left serves the next process of this image. */
static void keep_cache(struct space *s)
{
	struct pool *pool = &s->tracees->pool;
	struct pooled item = { .image = s->image, .cache = s->cache };

	if (s->tracees->options.replay || !s->image.ino ||
	    pool_find(pool, &s->image, &s->cache->layout))
		return;
	item.private = mmap(NULL, RT_PRIVATE_BYTES, PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (item.private == MAP_FAILED)
		return;
	if (dbt_fork(s->dbt, item.private, &ops, s, &item.dbt)) {
		munmap(item.private, RT_PRIVATE_BYTES);
		return;
	}
	s->cache->refs++;
	pool_add(pool, item);
}

int space_unshare(struct task *t)
{
	struct space *s = t->space;
	struct cache_memory *c = NULL;
	int r = cache_memory_new(s->tracees, &s->layout, &c);

	keep_cache(s);
	if (!r)
		r = take_cache(t, c, NULL);
	return r ? r : register_code(s, 0, UINT64_MAX);
}

int space_leave_shadow(struct task *t)
{
	struct space *s = t->space;
	const struct pooled *kept;
	struct cache_memory *c = NULL;
	int r = 0;

	keep_cache(s);
	s->layout.no_shadow = true;
	dbt_leave_shadow(s->dbt);
	kept = pool_find(&s->tracees->pool, &s->image, &s->layout);
	if (kept) {
		c = kept->cache;
		c->refs++;
	} else {
		r = cache_memory_new(s->tracees, &s->layout, &c);
	}
	if (!r)
		r = take_cache(t, c, kept ? kept->dbt : NULL);
	if (r)
		return r;
	disk_load(s);
	r = space_code_mapped(t, 0, UINT64_MAX);
	return r ? r : relro_map_all(t);
}

/* ---- putting deja into a new image ---- */

static int protect_all(struct task *t)
{
	const struct vmap *m = &t->space->map;
	int r = 0;

	for (size_t i = 0; !r && i < m->n; i++)
		if (m->vmas[i].prot & PROT_EXEC && !(m->vmas[i].flags & VMA_VDSO))
			r = space_protect(t, m->vmas[i].start, m->vmas[i].end - m->vmas[i].start,
					  space_machine_prot(m->vmas[i].prot));
	return r;
}

int space_image_ready(struct task *t)
{
	struct space *s = t->space;
	int r = vdso_register(s);

	if (r)
		return r;
	relro_note_loader(t);
	disk_load(s);
	s->ready = true;
	dbt_empty_buffer(s->dbt);
	return space_code_mapped(t, 0, UINT64_MAX);
}

void space_image(const struct vmap *map, struct dbt_code_id *ret)
{
	*ret = (struct dbt_code_id){ 0 };
	for (size_t i = 0; i < map->n && !ret->ino; i++)
		if (map->vmas[i].prot & PROT_EXEC && map->vmas[i].ino)
			*ret = (struct dbt_code_id){ map->vmas[i].dev, map->vmas[i].ino,
						     map->vmas[i].mtime_ns, map->vmas[i].offset };
}

/* Memory for the code cache: one that is kept for this image, or a new one. */
static int make_cache(struct space *s, const struct pooled *kept)
{
	if (!kept)
		return cache_memory_new(s->tracees, &s->layout, &s->cache);
	s->cache = kept->cache;
	s->cache->refs++;
	return 0;
}

static int make_dbt(struct task *t, const struct pooled *kept)
{
	struct space *s = t->space;
	struct dbt_zone zones[DBT_MAX_ZONES];
	size_t n = cache_memory_zones(s->cache, zones);
	struct dbt_config config = s->tracees->options.translator;
	int r;

	config.shadow = s->layout.shadow;
	r = kept ? dbt_fork(kept->dbt, s->private, &ops, s, &s->dbt)
		 : dbt_create(&config, zones, n, s->private, &ops, s, &s->dbt);

	/* In replay the image is yet to come. */
	return r || s->tracees->options.replay ? r : space_image_ready(t);
}

static const uint8_t syscall_insn[] = { 0x0f, 0x05 };

int space_install(struct task *t, const struct space_layout *layout,
		  const struct dbt_code_id *image)
{
	struct space *s = t->space;
	const struct pooled *kept = pool_find(&s->tracees->pool, image, layout);
	taddr_t gate = t->regs.rip, scratch = (t->regs.rsp - 512) & ~(taddr_t)15;
	uint8_t code[2], below[128];
	bool bare = s->tracees->options.replay;
	int fd = -1, r;

	t->segv_known = false; /* an exec resets handlers */
	s->layout = *layout;
	s->image = *image;
	r = make_cache(s, kept);
	if (!r)
		r = private_new(&s->private, &fd);
	if (r)
		return r;
	if (!bare) {
		/* The program's first instruction serves as a gate until there is one. */
		if (os_read(t->os_tid, gate, code, 2) != 2 ||
		    os_write(t->os_tid, gate, syscall_insn, 2) != 2)
			r = fail(-EFAULT, "task %d: cannot write at its entry 0x%lx", t->tid, gate);
		os_read(t->os_tid, scratch, below, sizeof(below));
	}
	if (!r)
		r = cache_memory_map(t, gate, scratch, s->cache);
	if (!r)
		r = map_private(t, RT_GATE_INJECT, scratch, fd);
	close(fd);
	if (!bare) {
		os_write(t->os_tid, gate, code, 2);
		os_write(t->os_tid, scratch, below, sizeof(below));
	}
	if (!r && !bare)
		r = protect_all(t);
	if (!r)
		r = make_dbt(t, kept);
	if (r || !layout->shadow)
		return r;
	r = space_map_shadow(t);
	/* Its limits do not leave it room. */
	return r == -ENOMEM || r == -EEXIST ? space_leave_shadow(t) : r;
}

int space_fork(struct task *child, const struct space *parent)
{
	struct space *s = space_new(child->tracees, child->os_tid);
	int fd = -1, r;

	if (!s)
		return -ENOMEM;
	child->space = s;
	s->layout = parent->layout;
	s->image = parent->image;
	s->cache = parent->cache;
	s->cache->refs++;
	s->ready = parent->ready;
	s->has_shared = parent->has_shared;
	s->maps_data = parent->maps_data;
	r = vmap_copy(&parent->map, &s->map);
	if (!r)
		r = private_new(&s->private, &fd);
	if (!r)
		r = map_private(child, RT_GATE_INJECT, RT_STATE + SPACE_SCRATCH_OFFSET, fd);
	if (fd >= 0)
		close(fd);
	if (!r)
		r = dbt_fork(parent->dbt, s->private, &ops, s, &s->dbt);
	if (!r)
		r = vdso_register(s);
	for (size_t i = 0; !r && i < parent->n_guarded; i++)
		r = push(&s->guarded, &s->n_guarded, &s->cap_guarded, parent->guarded[i]);
	return r ? r : relro_fork(parent, s);
}
