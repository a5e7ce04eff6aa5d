// SPDX-License-Identifier: MIT
// Calls that change the memory map. The kernel gets protections without
// PROT_EXEC; the map keeps what the program asked for. Each event carries the
// mappings that came to be, so that replay can make the same ones.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "recorder/private.h"
#include "recorder/image.h"

static int add_mapping(struct event *e, const struct vma *v)
{
	struct event_space *s = e->spaces;
	int err = e->n_spaces ? 0 : event_add_space(e, &s);

	return err ? err : rec_fill_mapping(s, v);
}

static int failed(int64_t result)
{
	return result < 0 && result > -4096;
}

/* ---- mmap ---- */

static int protect_enter(struct recorder *r, struct task *t, uint64_t args[6], int64_t *result)
{
	(void)r;
	(void)t;
	(void)result;
	args[2] = (uint64_t)space_machine_prot((int)args[2]);
	return 0;
}

/* The name a mapping of this descriptor has in /proc/PID/maps. */
static char *fd_name(const struct task *t, int fd)
{
	char path[64], link[4096];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%d/fd/%d", t->os_tid, fd);
	n = readlink(path, link, sizeof(link) - 1);
	if (n <= 0)
		return NULL;
	link[n] = '\0';
	return strdup(link);
}

static int describe_file(struct recorder *r, struct task *t, int fd, struct vma *v)
{
	cleanup_close int ours = -1;
	struct stat st;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/fd/%d", t->os_tid, fd);
	if (stat(path, &st))
		return 0;
	v->dev = st.st_dev;
	v->ino = st.st_ino;
	v->mtime_ns = (uint64_t)st.st_mtim.tv_sec * 1000000000u + (uint64_t)st.st_mtim.tv_nsec;
	v->name = fd_name(t, fd);
	if (!S_ISREG(st.st_mode) || v->flags & VMA_SHARED)
		return 0;
	ours = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	return ours < 0 ? 0 : rec_store_file(r, t, ours, v);
}

/* Files below these are replaced, not written in place. */
static bool is_system_file(const char *name)
{
	return !strncmp(name, "/usr/", 5) || !strncmp(name, "/lib", 4) ||
	       !strcmp(name, "/etc/ld.so.cache");
}

static int map_contents(struct event *e, struct task *t, const struct vma *v)
{
	if (v->file != VMA_NO_FILE || !(v->prot & (PROT_READ | PROT_WRITE)) || !v->ino)
		return 0;
	return rec_add_nonzero(e, t, v->start, v->end);
}

static int mmap_done(struct recorder *r, struct task *t, struct event *e, int64_t *result)
{
	const struct regs *entry = &rec_of(t)->entry;
	int flags = (int)entry->r10;
	struct vma v = { .start = (taddr_t)*result,
			 .prot = (int)entry->rdx,
			 .file = VMA_NO_FILE,
			 .offset = entry->r9 };
	int err = 0;

	if (failed(*result))
		return 0;
	v.end = v.start + page_ceil(entry->rsi);
	v.flags = (flags & MAP_SHARED ? VMA_SHARED : 0) | (flags & MAP_GROWSDOWN ? VMA_GROWS : 0);
	if (flags & MAP_ANONYMOUS)
		v.offset = 0;
	else
		err = describe_file(r, t, (int)entry->r8, &v);
	if (!err)
		err = map_contents(e, t, &v);
	if (v.flags & VMA_SHARED && v.prot & PROT_WRITE)
		t->space->has_shared = true;
	if (v.name && !is_system_file(v.name))
		t->space->maps_data = true;
	if (!err)
		err = space_code_going(t, v.start, v.end);
	if (!err)
		err = vmap_insert(&t->space->map, &v);
	if (!err)
		err = space_code_mapped(t, v.start, v.end);
	if (!err)
		err = add_mapping(e, &v);
	free(v.name);
	return err;
}

/* ---- munmap, mprotect, mremap, brk, madvise ---- */

static int munmap_done(struct recorder *r, struct task *t, struct event *e, int64_t *result)
{
	const struct regs *entry = &rec_of(t)->entry;
	taddr_t end = entry->rdi + page_ceil(entry->rsi);
	int err;

	(void)r;
	(void)e;
	if (failed(*result))
		return 0;
	err = space_code_going(t, entry->rdi, end);
	return err ? err : vmap_remove(&t->space->map, entry->rdi, end);
}

static int mprotect_done(struct recorder *r, struct task *t, struct event *e, int64_t *result)
{
	const struct regs *entry = &rec_of(t)->entry;
	taddr_t end = entry->rdi + page_ceil(entry->rsi);
	int prot = (int)entry->rdx & (PROT_READ | PROT_WRITE | PROT_EXEC);

	(void)r;
	(void)e;
	if (*result == -ENOMEM)
		end = vmap_gap(&t->space->map, entry->rdi, end);
	else if (failed(*result))
		return 0;
	if (end <= entry->rdi)
		return 0;
	return space_protected(t, entry->rdi, end, prot);
}

static int mremap_done(struct recorder *r, struct task *t, struct event *e, int64_t *result)
{
	const struct regs *entry = &rec_of(t)->entry;
	taddr_t old = entry->rdi, to = (taddr_t)*result;
	uint64_t old_len = page_ceil(entry->rsi), new_len = page_ceil(entry->rdx);
	const struct vma *v;
	int err;

	(void)r;
	if (failed(*result))
		return 0;
	err = space_code_going(t, old, old + old_len);
	if (!err)
		err = space_code_going(t, to, to + new_len);
	if (!err)
		err = vmap_move(&t->space->map, old, old_len ? old_len : new_len, to, new_len,
				entry->r10 & MREMAP_DONTUNMAP || !old_len);
	if (!err)
		err = space_code_mapped(t, to, to + new_len);
	v = vmap_find(&t->space->map, to);
	/* A file mapping that grew shows more of its file. */
	if (!err && v && v->ino && new_len > old_len)
		err = rec_add_nonzero(e, t, to + old_len, to + new_len);
	return err;
}

static int brk_done(struct recorder *r, struct task *t, struct event *e, int64_t *result)
{
	(void)r;
	(void)e;
	if ((taddr_t)*result < t->space->map.brk_start)
		return 0;
	return vmap_set_brk(&t->space->map, (taddr_t)*result);
}

/* What DONTNEED leaves of a file mapping is the file's; of anonymous memory,
 * zeros, which replay gets by the same call. */
static int madvise_done(struct recorder *r, struct task *t, struct event *e, int64_t *result)
{
	const struct regs *entry = &rec_of(t)->entry;
	bool drops = entry->rdx == MADV_DONTNEED || entry->rdx == MADV_REMOVE;
	int err;

	(void)r;
	(void)e;
	if (failed(*result) || !drops)
		return 0;
	err = space_prepare_write(t, entry->rdi, entry->rsi);
	return err ? err : space_code_going(t, entry->rdi, entry->rdi + page_ceil(entry->rsi));
}

/* Freed lazily: the kernel may drop the pages at any later moment, so the
 * program must be given none of it. Zeroing at once is what it may expect. */
static int madvise_enter(struct recorder *r, struct task *t, uint64_t args[6], int64_t *result)
{
	(void)r;
	(void)t;
	(void)result;
	if (args[2] == MADV_FREE)
		args[2] = MADV_DONTNEED;
	return 0;
}

/* ---- System V shared memory ---- */

static int shmat_enter(struct recorder *r, struct task *t, uint64_t args[6], int64_t *result)
{
	(void)r;
	(void)t;
	(void)result;
	args[2] &= ~(uint64_t)SHM_EXEC;
	return 0;
}

static int shmat_done(struct recorder *r, struct task *t, struct event *e, int64_t *result)
{
	const struct regs *entry = &rec_of(t)->entry;
	struct vma v = { .start = (taddr_t)*result,
			 .flags = VMA_SHARED,
			 .file = VMA_NO_FILE,
			 .ino = entry->rdi + 1,
			 .name = (char *)"/SYSV" };
	struct shmid_ds ds;
	int err;

	(void)r;
	if (failed(*result) || shmctl((int)entry->rdi, IPC_STAT, &ds))
		return 0;
	v.end = v.start + page_ceil(ds.shm_segsz);
	v.prot = PROT_READ | (entry->rdx & SHM_RDONLY ? 0 : PROT_WRITE) |
		 (entry->rdx & SHM_EXEC ? PROT_EXEC : 0);
	t->space->has_shared = true;
	err = map_contents(e, t, &v);
	if (!err)
		err = vmap_insert(&t->space->map, &v);
	return err ? err : add_mapping(e, &v);
}

static int shmdt_done(struct recorder *r, struct task *t, struct event *e, int64_t *result)
{
	const struct regs *entry = &rec_of(t)->entry;
	const struct vma *v = vmap_find(&t->space->map, entry->rdi);
	struct vma gone;
	int err;

	(void)r;
	if (failed(*result) || !v)
		return 0;
	gone = *v;
	gone.name = NULL;
	err = add_mapping(e, &gone);
	return err ? err : vmap_remove(&t->space->map, gone.start, gone.end);
}

const struct rec_handler rec_memory_handlers[] = {
	{ SYS_mmap, protect_enter, mmap_done, .enter_if = PROT_EXEC },
	{ SYS_munmap, .done = munmap_done },
	{ SYS_mprotect, protect_enter, mprotect_done, .enter_if = PROT_EXEC },
	{ SYS_pkey_mprotect, protect_enter, mprotect_done, .enter_if = PROT_EXEC },
	{ SYS_mremap, .done = mremap_done },
	{ SYS_brk, .done = brk_done },
	{ SYS_madvise, madvise_enter, madvise_done, .enter_if = MADV_FREE },
	{ SYS_shmat, .enter = shmat_enter, .done = shmat_done },
	{ SYS_shmdt, .done = shmdt_done },
};
const size_t rec_n_memory_handlers = ARRAY_SIZE(rec_memory_handlers);
