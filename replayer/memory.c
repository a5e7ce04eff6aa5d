// SPDX-License-Identifier: MIT
// The memory map in replay: what a call changed is done again, at the recorded
// addresses, with contents from the trace.
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "preload/runtime.h"
#include "replayer/private.h"

static int inject(struct replayer *r, struct task *t, int nr, const uint64_t args[6])
{
	int64_t result;
	int err = task_inject(t, nr, args, &result);

	if (!err && result < 0 && result > -4096)
		return rep_diverged(r, t, "%s at 0x%lx fails in replay: %s", sys_name(nr), args[0],
				    strerror((int)-result));
	return err;
}

/* The memory that stands for a shared file or segment. */
static int shared_fd(struct replayer *r, const struct event_mapping *m)
{
	uint64_t need = m->offset + (m->end - m->start);
	struct rep_shared *s = NULL;

	for (size_t i = 0; i < r->n_shared && !s; i++)
		if (r->shared[i].dev == m->dev && r->shared[i].ino == m->ino)
			s = &r->shared[i];
	if (!s) {
		struct rep_shared *grown = realloc(r->shared, (r->n_shared + 1) * sizeof(*s));

		if (!grown)
			return -ENOMEM;
		r->shared = grown;
		s = &grown[r->n_shared++];
		*s = (struct rep_shared){ m->dev, m->ino, memfd_create("shared", MFD_CLOEXEC), 0 };
	}
	if (s->fd >= 0 && s->bytes < need && !ftruncate(s->fd, (off_t)need))
		s->bytes = need;
	return s->fd >= 0 && s->bytes >= need ? s->fd : -EIO;
}

static int map_fd(struct task *t, const struct event_mapping *m, int fd, int prot, int flags)
{
	struct remote_map map = { .fd = fd,
				  .addr = m->start,
				  .bytes = m->end - m->start,
				  .prot = prot,
				  .offset = (off_t)m->offset,
				  .flags = flags };

	return task_map(t, &map);
}

static int map_anonymous(struct replayer *r, struct task *t, const struct event_mapping *m,
			 int prot)
{
	int flags = MAP_FIXED | MAP_ANONYMOUS | MAP_NORESERVE |
		    (m->flags & MAPPING_SHARED ? MAP_SHARED : MAP_PRIVATE) |
		    (m->flags & MAPPING_GROWS ? MAP_GROWSDOWN : 0);

	return inject(r, t, SYS_mmap,
		      (uint64_t[6]){ m->start, m->end - m->start, (uint64_t)prot, (uint64_t)flags,
				     (uint64_t)-1, 0 });
}

/* A trace is not to be trusted with deja's own memory. */
static int check_place(struct replayer *r, struct task *t, const struct event_mapping *m)
{
	bool bad = m->start >= m->end || (m->start | m->end) & (DEJA_PAGE_BYTES - 1) ||
		   m->end > (taddr_t)1 << 47 || space_is_ours(t->space, m->start, m->end);

	return bad ? fail(-EIO,
			  "event %lu: the mapping 0x%lx-0x%lx cannot be: the trace is damaged",
			  r->next.number, m->start, m->end)
		   : 0;
}

static unsigned vma_flags(const struct event_mapping *m)
{
	return (m->flags & MAPPING_SHARED ? VMA_SHARED : 0) |
	       (m->flags & MAPPING_GROWS ? VMA_GROWS : 0) |
	       (m->flags & MAPPING_HEAP ? VMA_HEAP : 0) | (m->flags & MAPPING_VDSO ? VMA_VDSO : 0) |
	       (m->flags & MAPPING_VVAR ? VMA_VVAR : 0);
}

static int note_mapping(struct task *t, const struct event_mapping *m)
{
	struct vma v = { .start = m->start,
			 .end = m->end,
			 .prot = (int)m->prot,
			 .flags = vma_flags(m),
			 .offset = m->offset,
			 .dev = m->dev,
			 .ino = m->ino,
			 .name = m->name,
			 .mtime_ns = m->file,
			 .file = m->flags & MAPPING_FILE ? m->file : VMA_NO_FILE };

	/* The stored file tells it from another with the same inode. */
	return vmap_insert(&t->space->map, &v);
}

int rep_map(struct replayer *r, struct task *t, const struct event_mapping *m)
{
	int prot = space_machine_prot((int)m->prot), err = check_place(r, t, m);
	cleanup_close int fd = -1;

	if (err)
		return err;
	if (m->flags & MAPPING_FILE) {
		err = trace_open_file(r->reader, m->file, &fd);
		if (!err)
			err = map_fd(t, m, fd, prot, MAP_PRIVATE | MAP_NORESERVE);
	} else if (m->flags & MAPPING_SHARED && m->ino) {
		int memory = shared_fd(r, m);

		/* Writable at first: its contents come with the event. */
		err = memory < 0 ? memory
				 : map_fd(t, m, memory, PROT_READ | PROT_WRITE, MAP_SHARED);
	} else {
		err = map_anonymous(r, t, m, prot);
	}
	if (!err)
		err = space_code_going(t, m->start, m->end);
	if (!err)
		err = note_mapping(t, m);
	return err ? err : space_code_mapped(t, m->start, m->end);
}

int rep_protect(struct replayer *r, struct task *t, taddr_t start, taddr_t end, int prot)
{
	return inject(r, t, SYS_mprotect,
		      (uint64_t[6]){ start, end - start, (uint64_t)space_machine_prot(prot) });
}

static int do_mmap(struct replayer *r, struct task *t, const struct event *e)
{
	int err = 0;

	if (!e->n_spaces)
		return fail(-EIO, "event %lu: a mapping is missing: the trace is damaged",
			    e->number);
	for (size_t i = 0; !err && i < e->spaces[0].n_mappings; i++)
		err = rep_map(r, t, &e->spaces[0].mappings[i]);
	return err;
}

static int settle_shared(struct replayer *r, struct task *t, const struct event *e)
{
	int err = 0;

	for (size_t i = 0; !err && i < e->spaces[0].n_mappings; i++) {
		const struct event_mapping *m = &e->spaces[0].mappings[i];

		if (m->flags & MAPPING_SHARED && m->ino && !(m->flags & MAPPING_FILE))
			err = rep_protect(r, t, m->start, m->end, (int)m->prot);
	}
	return err;
}

static int do_munmap(struct replayer *r, struct task *t, taddr_t start, taddr_t end)
{
	int err = inject(r, t, SYS_munmap, (uint64_t[6]){ start, end - start });

	if (!err)
		err = space_code_going(t, start, end);
	return err ? err : vmap_remove(&t->space->map, start, end);
}

static int do_mprotect(struct replayer *r, struct task *t, const struct event *e)
{
	taddr_t start = e->regs.rdi, end = start + page_ceil(e->regs.rsi);
	int prot = (int)e->regs.rdx & (PROT_READ | PROT_WRITE | PROT_EXEC);
	int err;

	if (e->result == -ENOMEM)
		end = vmap_gap(&t->space->map, start, end);
	if (end <= start)
		return 0;
	err = rep_protect(r, t, start, end, (int)e->regs.rdx);
	return err ? err : space_protected(t, start, end, prot);
}

/* What stands for the file that is mapped at start has to be as long as the mapping is going
 * to be. */
static int grow_shared(struct replayer *r, struct task *t, taddr_t start, uint64_t bytes)
{
	const struct vma *v = vmap_find(&t->space->map, start);
	struct event_mapping m;
	int fd;

	if (!v || !(v->flags & VMA_SHARED) || !v->ino)
		return 0;
	m = (struct event_mapping){ .start = v->start,
				    .end = start + bytes,
				    .offset = v->offset,
				    .dev = v->dev,
				    .ino = v->ino };
	fd = shared_fd(r, &m);
	return fd < 0 ? fd : 0;
}

static int do_mremap(struct replayer *r, struct task *t, const struct event *e)
{
	taddr_t old = e->regs.rdi, to = (taddr_t)e->result;
	uint64_t old_len = page_ceil(e->regs.rsi), new_len = page_ceil(e->regs.rdx);
	uint64_t flags = e->regs.r10 & MREMAP_DONTUNMAP;
	int err;

	if (to != old)
		flags |= MREMAP_MAYMOVE | MREMAP_FIXED;
	err = grow_shared(r, t, old, new_len);
	if (!err)
		err = inject(r, t, SYS_mremap, (uint64_t[6]){ old, old_len, new_len, flags, to });
	if (!err)
		err = space_code_going(t, old, old + old_len);
	if (!err)
		err = space_code_going(t, to, to + new_len);
	if (!err)
		err = vmap_move(&t->space->map, old, old_len ? old_len : new_len, to, new_len,
				flags & MREMAP_DONTUNMAP || !old_len);
	return err ? err : space_code_mapped(t, to, to + new_len);
}

static int do_brk(struct replayer *r, struct task *t, const struct event *e)
{
	struct vmap *m = &t->space->map;
	taddr_t was = page_ceil(m->brk), now = page_ceil((taddr_t)e->result);
	struct event_mapping heap = { .start = was, .end = now, .prot = PROT_READ | PROT_WRITE };
	int err = 0;

	if ((taddr_t)e->result < m->brk_start)
		return 0;
	if (now > was) {
		err = check_place(r, t, &heap);
		if (!err)
			err = map_anonymous(r, t, &heap, PROT_READ | PROT_WRITE);
	} else if (now < was) {
		err = do_munmap(r, t, now, was);
	}
	return err ? err : vmap_set_brk(m, (taddr_t)e->result);
}

static int do_madvise(struct replayer *r, struct task *t, const struct event *e)
{
	uint64_t advice = e->regs.rdx;

	switch (advice) {
	case MADV_FREE:
		advice = MADV_DONTNEED;
		break;
	case MADV_DONTNEED:
	case MADV_REMOVE:
	case MADV_DONTFORK:
	case MADV_DOFORK:
	case MADV_WIPEONFORK:
	case MADV_KEEPONFORK:
		break;
	default:
		return 0;
	}
	if (space_prepare_write(t, e->regs.rdi, e->regs.rsi) ||
	    space_code_going(t, e->regs.rdi, e->regs.rdi + page_ceil(e->regs.rsi)))
		return -ESRCH;
	return inject(r, t, SYS_madvise, (uint64_t[6]){ e->regs.rdi, e->regs.rsi, advice });
}

static int do_shmdt(struct replayer *r, struct task *t, const struct event *e)
{
	const struct event_mapping *m;

	if (!e->n_spaces || !e->spaces[0].n_mappings)
		return 0;
	m = &e->spaces[0].mappings[0];
	return do_munmap(r, t, m->start, m->end);
}

static int dispatch(struct replayer *r, struct task *t, const struct event *e)
{
	switch (e->nr) {
	case SYS_mmap:
	case SYS_shmat:
		return do_mmap(r, t, e);
	case SYS_munmap:
		return do_munmap(r, t, e->regs.rdi, e->regs.rdi + page_ceil(e->regs.rsi));
	case SYS_mprotect:
	case SYS_pkey_mprotect:
		return do_mprotect(r, t, e);
	case SYS_mremap:
		return do_mremap(r, t, e);
	case SYS_brk:
		return do_brk(r, t, e);
	case SYS_madvise:
		return do_madvise(r, t, e);
	case SYS_shmdt:
		return do_shmdt(r, t, e);
	default:
		return 0;
	}
}

int rep_memory_call(struct replayer *r, struct task *t, const struct event *e)
{
	bool failed = e->result < 0 && e->result > -4096;
	/* mprotect(2) of a range with a gap fails there, having changed the rest. */
	bool partly = e->result == -ENOMEM && (e->nr == SYS_mprotect || e->nr == SYS_pkey_mprotect);
	int err = failed && !partly ? 0 : dispatch(r, t, e);

	if (!err)
		err = rep_apply_writes(r, t, e);
	return !err && e->n_spaces ? settle_shared(r, t, e) : err;
}
