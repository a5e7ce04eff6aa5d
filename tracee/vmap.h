/* SPDX-License-Identifier: MIT */
/*
 * The memory map of a space as the program would see it in a native run: with
 * the protections it asked for, and without deja's own mappings. tracee/ keeps
 * it up to date from the program's own calls; the kernel's view differs (no
 * page of the program is executable there).
 */
#pragma once

#include <stdbool.h>

#include "common/error.h"
#include "common/types.h"

enum {
	VMA_SHARED = 1,
	VMA_GROWS = 2,
	VMA_HEAP = 4,
	VMA_VDSO = 8,
	VMA_VVAR = 16,
	VMA_STACK = 32,
};

#define VMA_NO_FILE UINT32_MAX

struct vma {
	taddr_t start, end;
	int prot;
	unsigned flags;	 /* VMA_ */
	uint32_t file;	 /* id of a trace file, or VMA_NO_FILE */
	uint64_t offset; /* in the mapped file */
	uint64_t dev, ino, mtime_ns;
	char *name; /* owned; the path, "[stack]", ..., or NULL */
};

struct vmap {
	struct vma *vmas; /* sorted, disjoint */
	size_t n, cap;
	taddr_t brk_start, brk;
};

void vmap_deinit(struct vmap *m);
int vmap_copy(const struct vmap *from, struct vmap *ret) must_check;

/* The mapping that holds addr, else NULL. */
struct vma *vmap_find(const struct vmap *m, taddr_t addr);
/* The first mapping that ends behind addr, else NULL. */
struct vma *vmap_next(const struct vmap *m, taddr_t addr);

/* Replaces whatever is in v's range by a copy of v (name too). -ENOMEM */
int vmap_insert(struct vmap *m, const struct vma *v) must_check;
int vmap_remove(struct vmap *m, taddr_t start, taddr_t end) must_check;
int vmap_protect(struct vmap *m, taddr_t start, taddr_t end, int prot) must_check;
/* Where the mapped memory that begins at start ends, at most end; start when it
 * is not mapped. A call that finds a gap has done its work up to there. */
taddr_t vmap_gap(const struct vmap *m, taddr_t start, taddr_t end);
/* What mremap did: contents and attributes of [old, old+old_len) are now at
 * [new, new+new_len); keep: the old range stays mapped (MREMAP_DONTUNMAP). */
int vmap_move(struct vmap *m, taddr_t old, uint64_t old_len, taddr_t new_start, uint64_t new_len,
	      bool keep) must_check;
/* The heap ends at brk now. */
int vmap_set_brk(struct vmap *m, taddr_t brk) must_check;

/* Reads /proc/TID/maps of a task that no mapping of deja's is in yet. */
int vmap_read_proc(pid_t tid, struct vmap *ret) must_check;

/* The lines that /proc/PID/maps shows for this map, appended to out. */
struct buf;
int vmap_print(const struct vmap *m, struct buf *out) must_check;
