// SPDX-License-Identifier: MIT
// Starting the program of a comparison, and what its system calls mean to it:
// which end it, and how they change the map of its memory.
#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "steps.h"

#define MAX_STACK_WORDS 65536

static uint64_t word_at(struct task *t, taddr_t a)
{
	uint64_t v = 0;

	task_read(t, a, &v, sizeof(v));
	return v;
}

/* The auxiliary vector lies behind argc, argv and envp. */
static taddr_t find_auxv(struct task *t)
{
	taddr_t a = t->regs.rsp + 8 + (word_at(t, t->regs.rsp) + 1) * 8;

	for (int i = 0; i < MAX_STACK_WORDS && word_at(t, a); i++)
		a += 8;
	return a + 8;
}

/* Functions of the vDSO run natively in one run and are calls in the other. */
static void settle_auxv(struct task *t)
{
	static const char random[16] = "0123456789abcde";
	const uint64_t ignore = AT_IGNORE;
	taddr_t a = find_auxv(t);

	for (uint64_t kind; (kind = word_at(t, a)) != AT_NULL; a += 16) {
		if (kind == AT_SYSINFO_EHDR)
			task_write(t, a, &ignore, sizeof(ignore));
		else if (kind == AT_RANDOM)
			task_write(t, word_at(t, a + 8), random, sizeof(random));
	}
}

int steps_start(const struct steps_program *p, struct tracees *w, struct task **ret)
{
	int r = tracees_spawn(w, p->path, p->argv, p->envp, false, ret);

	if (!r)
		r = task_finish_exec(*ret);
	if (!r)
		settle_auxv(*ret);
	return r;
}

bool steps_ends_at(int nr)
{
	switch (nr) {
	case SYS_exit: case SYS_exit_group: case SYS_execve: case SYS_execveat:
	case SYS_fork: case SYS_vfork: case SYS_clone: case SYS_clone3:
		return true;
	default:
		return false;
	}
}

bool steps_refuses(int nr)
{
	return nr == SYS_rseq;
}

void steps_args(const struct regs *regs, uint64_t args[6])
{
	const uint64_t a[6] = { regs->rdi, regs->rsi, regs->rdx, regs->r10, regs->r8, regs->r9 };

	memcpy(args, a, sizeof(a));
}

size_t steps_read(void *ctx, taddr_t addr, void *ret, size_t len)
{
	return task_read(ctx, addr, ret, len);
}

/* ---- the map ---- */

static int mapped(struct task *t, const struct regs *regs, taddr_t start)
{
	int flags = (int)regs->r10;
	struct vma v = { .start = start, .end = start + page_ceil(regs->rsi),
			 .prot = (int)regs->rdx, .file = VMA_NO_FILE,
			 .flags = flags & MAP_SHARED ? VMA_SHARED : 0 };
	struct stat st;
	char path[64];
	int r;

	snprintf(path, sizeof(path), "/proc/%d/fd/%d", t->os_tid, (int)regs->r8);
	if (!(flags & MAP_ANONYMOUS) && !stat(path, &st)) {
		v.offset = regs->r9;
		v.dev = st.st_dev;
		v.ino = st.st_ino;
		v.mtime_ns = (uint64_t)st.st_mtim.tv_sec * 1000000000u + (uint64_t)st.st_mtim.tv_nsec;
	}
	r = space_code_going(t, v.start, v.end);
	if (!r)
		r = vmap_insert(&t->space->map, &v);
	return r ? r : space_code_mapped(t, v.start, v.end);
}

static int unmapped(struct task *t, taddr_t start, taddr_t end)
{
	int r = space_code_going(t, start, end);

	return r ? r : vmap_remove(&t->space->map, start, end);
}

static int moved(struct task *t, const struct regs *regs, taddr_t to)
{
	uint64_t from_len = page_ceil(regs->rsi), to_len = page_ceil(regs->rdx);
	int r = space_code_going(t, regs->rdi, regs->rdi + from_len);

	if (!r)
		r = space_code_going(t, to, to + to_len);
	if (!r)
		r = vmap_move(&t->space->map, regs->rdi, from_len, to, to_len,
			      regs->r10 & MREMAP_DONTUNMAP);
	return r ? r : space_code_mapped(t, to, to + to_len);
}

/* The first answer of all is where the heap begins. */
static int heap_ends(struct vmap *m, taddr_t brk)
{
	if (!m->brk_start)
		m->brk_start = m->brk = brk;
	return brk < m->brk_start ? 0 : vmap_set_brk(m, brk);
}

int steps_track_map(struct task *t, int nr, const struct regs *regs, int64_t result)
{
	taddr_t start = regs->rdi, end = start + page_ceil(regs->rsi);

	if (result < 0 && result > -4096)
		return 0;
	switch (nr) {
	case SYS_mmap:
		return mapped(t, regs, (taddr_t)result);
	case SYS_munmap:
		return unmapped(t, start, end);
	case SYS_mprotect:
		return space_protected(t, start, end, (int)regs->rdx);
	case SYS_mremap:
		return moved(t, regs, (taddr_t)result);
	case SYS_brk:
		return heap_ends(&t->space->map, (taddr_t)result);
	case SYS_madvise:
		return space_code_going(t, start, end);
	default:
		return 0;
	}
}
