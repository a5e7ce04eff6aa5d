// SPDX-License-Identifier: MIT
// The program's memory map: an array of disjoint ranges, cut and joined.
#include "tracee/vmap.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "common/buf.h"
#include "common/cleanup.h"

void vmap_deinit(struct vmap *m)
{
	for (size_t i = 0; i < m->n; i++)
		free(m->vmas[i].name);
	free(m->vmas);
	*m = (struct vmap){ 0 };
}

int vmap_copy(const struct vmap *from, struct vmap *ret)
{
	struct vmap m = { .brk_start = from->brk_start, .brk = from->brk };

	m.vmas = calloc(from->n ? from->n : 1, sizeof(*m.vmas));
	if (!m.vmas)
		return -ENOMEM;
	m.cap = from->n ? from->n : 1;
	for (size_t i = 0; i < from->n; i++) {
		m.vmas[i] = from->vmas[i];
		if (m.vmas[i].name)
			m.vmas[i].name = strdup(m.vmas[i].name);
		m.n++;
	}
	*ret = m;
	return 0;
}

/* Index of the first mapping that ends behind addr. */
static size_t lower(const struct vmap *m, taddr_t addr)
{
	size_t lo = 0, hi = m->n;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (m->vmas[mid].end <= addr)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

struct vma *vmap_next(const struct vmap *m, taddr_t addr)
{
	size_t i = lower(m, addr);

	return i < m->n ? &m->vmas[i] : NULL;
}

struct vma *vmap_find(const struct vmap *m, taddr_t addr)
{
	struct vma *v = vmap_next(m, addr);

	return v && v->start <= addr ? v : NULL;
}

static int grow(struct vmap *m, size_t more)
{
	size_t cap = m->cap ? m->cap : 32;
	struct vma *vmas;

	if (m->n + more <= m->cap)
		return 0;
	while (cap < m->n + more)
		cap *= 2;
	vmas = realloc(m->vmas, cap * sizeof(*vmas));
	if (!vmas)
		return -ENOMEM;
	m->vmas = vmas;
	m->cap = cap;
	return 0;
}

static void insert_at(struct vmap *m, size_t i, struct vma v)
{
	memmove(&m->vmas[i + 1], &m->vmas[i], (m->n - i) * sizeof(v));
	m->vmas[i] = v;
	m->n++;
}

static void remove_at(struct vmap *m, size_t i)
{
	free(m->vmas[i].name);
	memmove(&m->vmas[i], &m->vmas[i + 1], (m->n - i - 1) * sizeof(m->vmas[0]));
	m->n--;
}

/* Makes addr a border between mappings. */
static int split(struct vmap *m, taddr_t addr)
{
	size_t i = lower(m, addr);
	struct vma upper;
	int r;

	if (i == m->n || m->vmas[i].start >= addr)
		return 0;
	r = grow(m, 1);
	if (r)
		return r;
	upper = m->vmas[i];
	if (upper.name)
		upper.name = strdup(upper.name);
	if (upper.file != VMA_NO_FILE || upper.ino)
		upper.offset += addr - upper.start;
	upper.start = addr;
	m->vmas[i].end = addr;
	insert_at(m, i + 1, upper);
	return 0;
}

int vmap_remove(struct vmap *m, taddr_t start, taddr_t end)
{
	int r = split(m, start);
	size_t i;

	if (!r)
		r = split(m, end);
	if (r)
		return r;
	i = lower(m, start);
	while (i < m->n && m->vmas[i].start < end)
		remove_at(m, i);
	return 0;
}

/* Whether b continues a, so that the kernel would show them as one line. */
static bool joins(const struct vma *a, const struct vma *b)
{
	return a->end == b->start && a->prot == b->prot && a->flags == b->flags &&
	       a->file == b->file && a->dev == b->dev && a->ino == b->ino && !a->name == !b->name &&
	       (!a->name || !strcmp(a->name, b->name)) &&
	       (!a->ino || a->offset + (a->end - a->start) == b->offset);
}

static void join_around(struct vmap *m, size_t i)
{
	if (i + 1 < m->n && joins(&m->vmas[i], &m->vmas[i + 1])) {
		m->vmas[i].end = m->vmas[i + 1].end;
		remove_at(m, i + 1);
	}
	if (i > 0 && i < m->n && joins(&m->vmas[i - 1], &m->vmas[i])) {
		m->vmas[i - 1].end = m->vmas[i].end;
		remove_at(m, i);
	}
}

int vmap_insert(struct vmap *m, const struct vma *v)
{
	struct vma copy = *v;
	int r = vmap_remove(m, v->start, v->end);
	size_t i;

	if (!r)
		r = grow(m, 1);
	if (r)
		return r;
	if (copy.name && !(copy.name = strdup(copy.name)))
		return -ENOMEM;
	i = lower(m, v->start);
	insert_at(m, i, copy);
	join_around(m, i);
	return 0;
}

int vmap_protect(struct vmap *m, taddr_t start, taddr_t end, int prot)
{
	int r = split(m, start);
	size_t i;

	if (!r)
		r = split(m, end);
	if (r)
		return r;
	for (i = lower(m, start); i < m->n && m->vmas[i].start < end; i++)
		m->vmas[i].prot = prot;
	for (i = m->n; i-- > 0;)
		if (m->vmas[i].end >= start && m->vmas[i].start <= end)
			join_around(m, i);
	return 0;
}

taddr_t vmap_gap(const struct vmap *m, taddr_t start, taddr_t end)
{
	const struct vma *v;

	while (start < end && (v = vmap_find(m, start)))
		start = v->end;
	return start < end ? start : end;
}

int vmap_move(struct vmap *m, taddr_t old, uint64_t old_len, taddr_t new_start, uint64_t new_len,
	      bool keep)
{
	struct vma *found = vmap_find(m, old);
	struct vma v;
	int r;

	if (!found)
		return -EFAULT;
	v = *found;
	if (v.name && !(v.name = strdup(v.name)))
		return -ENOMEM;
	if (v.ino)
		v.offset += old - v.start;
	v.start = new_start;
	v.end = new_start + new_len;
	r = keep ? 0 : vmap_remove(m, old, old + old_len);
	if (!r)
		r = vmap_insert(m, &v);
	free(v.name);
	return r;
}

int vmap_set_brk(struct vmap *m, taddr_t brk)
{
	taddr_t was = page_ceil(m->brk), now = page_ceil(brk);
	struct vma v = { .start = was,
			 .end = now,
			 .prot = PROT_READ | PROT_WRITE,
			 .flags = VMA_HEAP,
			 .file = VMA_NO_FILE,
			 .name = (char *)"[heap]" };

	m->brk = brk;
	if (now < was)
		return vmap_remove(m, now, was);
	return now > was ? vmap_insert(m, &v) : 0;
}

static const struct {
	const char *name;
	unsigned flags;
} special[] = {
	{ "[stack]", VMA_GROWS | VMA_STACK },
	{ "[heap]", VMA_HEAP },
	{ "[vdso]", VMA_VDSO },
	{ "[vvar]", VMA_VVAR },
	{ "[vvar_vclock]", VMA_VVAR },
};

static uint64_t file_mtime_ns(const char *path)
{
	struct stat st;

	if (path[0] != '/' || stat(path, &st))
		return 0;
	return (uint64_t)st.st_mtim.tv_sec * 1000000000u + (uint64_t)st.st_mtim.tv_nsec;
}

static int parse_line(char *line, struct vma *ret)
{
	struct vma v = { .file = VMA_NO_FILE };
	unsigned major, minor;
	char perms[5];
	int at = 0;

	if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %4s %" SCNx64 " %x:%x %" SCNu64 " %n", &v.start,
		   &v.end, perms, &v.offset, &major, &minor, &v.ino, &at) < 7)
		return -EINVAL;
	v.prot = (perms[0] == 'r' ? PROT_READ : 0) | (perms[1] == 'w' ? PROT_WRITE : 0) |
		 (perms[2] == 'x' ? PROT_EXEC : 0);
	v.flags = perms[3] == 's' ? VMA_SHARED : 0;
	v.dev = makedev(major, minor);
	line[strcspn(line, "\n")] = '\0';
	v.name = line[at] ? line + at : NULL;
	for (size_t i = 0; v.name && i < ARRAY_SIZE(special); i++)
		if (!strcmp(v.name, special[i].name))
			v.flags |= special[i].flags;
	if (v.name)
		v.mtime_ns = file_mtime_ns(v.name);
	*ret = v;
	return 0;
}

static void close_file(FILE **f)
{
	if (*f)
		fclose(*f);
}

int vmap_read_proc(pid_t tid, struct vmap *ret)
{
	struct vmap m = { 0 };
	cleanup_free char *line = NULL;
	cleanup_with(close_file) FILE *f = NULL;
	char path[64];
	size_t cap = 0;
	int r = 0;

	snprintf(path, sizeof(path), "/proc/%d/maps", tid);
	f = fopen(path, "re");
	if (!f)
		return fail_errno(-errno, "%s", path);
	while (!r && getline(&line, &cap, f) > 0) {
		struct vma v;

		r = parse_line(line, &v);
		if (!r && v.start < (taddr_t)1 << 47)
			r = vmap_insert(&m, &v);
	}
	if (r) {
		vmap_deinit(&m);
		return r;
	}
	*ret = m;
	return 0;
}

int vmap_print(const struct vmap *m, struct buf *out)
{
	int r = 0;

	for (size_t i = 0; !r && i < m->n; i++) {
		const struct vma *v = &m->vmas[i];
		size_t from = out->len;

		r = buf_printf(out,
			       "%08" PRIx64 "-%08" PRIx64 " %c%c%c%c %08" PRIx64
			       " %02x:%02x %" PRIu64 " ",
			       v->start, v->end, v->prot & PROT_READ ? 'r' : '-',
			       v->prot & PROT_WRITE ? 'w' : '-', v->prot & PROT_EXEC ? 'x' : '-',
			       v->flags & VMA_SHARED ? 's' : 'p', v->offset, major(v->dev),
			       minor(v->dev), v->ino);
		while (!r && v->name && out->len - from < 73)
			r = buf_append(out, " ", 1);
		if (!r)
			r = buf_printf(out, "%s\n", v->name ? v->name : "");
	}
	return r ? r
		 : buf_printf(out, "ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0"
				   "                  [vsyscall]\n");
}
