// SPDX-License-Identifier: MIT
// The state of an address space, put into an event: which mappings there are,
// which files they come from, and every byte that is not the file's.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "recorder/image.h"
#include "recorder/private.h"

static bool same_file(int fd, const struct vma *v)
{
	struct stat st;

	return !fstat(fd, &st) && S_ISREG(st.st_mode) && st.st_ino == v->ino;
}

/* The file behind a mapping, by the kernel's own link to it or by its name. */
static int open_mapped(const struct task *t, const struct vma *v)
{
	char path[96];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/map_files/%lx-%lx", t->os_tid, v->start, v->end);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 && v->name && v->name[0] == '/')
		fd = open(v->name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd >= 0 && !same_file(fd, v)) {
		close(fd);
		fd = -1;
	}
	return fd;
}

int rec_store_file(struct recorder *r, struct task *t, int fd, struct vma *v)
{
	cleanup_close int opened = fd < 0 ? open_mapped(t, v) : -1;
	int use = fd < 0 ? opened : fd;
	int err;

	v->file = VMA_NO_FILE;
	if (use < 0)
		return 0;
	err = trace_add_file(r->writer, use, v->name ? v->name : "", &v->file);
	/* Not a regular file: its contents are recorded as memory. */
	return err == -EINVAL ? 0 : err;
}

/* The pages of a private file mapping that are not what the file holds. */
static int add_differing(struct event *e, struct task *t, const struct vma *v)
{
	cleanup_close int fd = open_mapped(t, v);
	uint8_t mine[DEJA_PAGE_BYTES], file[DEJA_PAGE_BYTES];
	int r = 0;

	for (taddr_t a = v->start; !r && a < v->end; a += DEJA_PAGE_BYTES) {
		ssize_t n =
			fd < 0 ? 0
			       : pread(fd, file, sizeof(file), (off_t)(v->offset + (a - v->start)));

		if (n < 0)
			n = 0;
		memset(file + n, 0, sizeof(file) - (size_t)n);
		if (task_read(t, a, mine, sizeof(mine)) == sizeof(mine) &&
		    memcmp(mine, file, sizeof(mine)))
			r = rec_add_memory(e, t, a, sizeof(mine));
	}
	return r;
}

static int add_contents(struct event *e, struct task *t, const struct vma *v)
{
	if (v->flags & VMA_VVAR || !(v->prot & (PROT_READ | PROT_WRITE)))
		return 0;
	if (v->file == VMA_NO_FILE)
		return rec_add_nonzero(e, t, v->start, v->end);
	return v->prot & PROT_WRITE ? add_differing(e, t, v) : 0;
}

static uint32_t mapping_flags(const struct vma *v)
{
	return (v->file != VMA_NO_FILE ? MAPPING_FILE : 0) |
	       (v->flags & VMA_SHARED ? MAPPING_SHARED : 0) |
	       (v->flags & VMA_GROWS ? MAPPING_GROWS : 0) |
	       (v->flags & VMA_HEAP ? MAPPING_HEAP : 0) | (v->flags & VMA_VDSO ? MAPPING_VDSO : 0) |
	       (v->flags & VMA_VVAR ? MAPPING_VVAR : 0);
}

int rec_fill_mapping(struct event_space *s, const struct vma *v)
{
	struct event_mapping *m;
	int r = event_add_mapping(s, &m);

	if (r)
		return r;
	m->start = v->start;
	m->end = v->end;
	m->prot = (uint32_t)v->prot;
	m->flags = mapping_flags(v);
	m->file = v->file != VMA_NO_FILE ? v->file : 0;
	m->offset = v->offset;
	m->dev = v->dev;
	m->ino = v->ino;
	if (v->name && !(m->name = strdup(v->name)))
		return -ENOMEM;
	return 0;
}

static int read_file(const char *path, struct buf *ret)
{
	cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;
	int r;

	if (fd < 0)
		return -errno;
	do {
		uint8_t *to;

		r = buf_extend(ret, 4096, &to);
		if (r)
			return r;
		n = read(fd, to, 4096);
		ret->len -= 4096 - (n > 0 ? (size_t)n : 0);
	} while (n > 0);
	return n < 0 ? -errno : 0;
}

static int add_names(struct event_space *s, const struct task *t)
{
	char path[64], link[4096];
	ssize_t n;
	int r;

	snprintf(path, sizeof(path), "/proc/%d/exe", t->os_tid);
	n = readlink(path, link, sizeof(link) - 1);
	if (n > 0) {
		link[n] = '\0';
		s->exe = strdup(link);
	}
	snprintf(path, sizeof(path), "/proc/%d/auxv", t->os_tid);
	r = read_file(path, &s->auxv);
	return r == -ENOMEM ? r : 0;
}

/* Where the heap begins: the 46th field of stat, start_brk.
 * Source: proc_pid_stat(5) */
static taddr_t heap_start(const struct task *t)
{
	cleanup_with(buf_deinit) struct buf text = { 0 };
	char path[64];
	char *at;
	taddr_t brk = 0;

	snprintf(path, sizeof(path), "/proc/%d/stat", t->os_tid);
	if (read_file(path, &text) || buf_append(&text, "", 1))
		return 0;
	at = strrchr((char *)text.data, ')');
	/* Behind the name comes field 3. */
	for (int field = 2; at && field < 47; field++)
		at = strchr(at + 1, ' ');
	if (at)
		sscanf(at, " %lu", &brk);
	return brk;
}

int rec_add_image(struct recorder *r, struct event *e, struct task *t)
{
	struct vmap *m = &t->space->map;
	struct event_space *s;
	int err = event_add_space(e, &s);

	if (err)
		return err;
	m->brk_start = m->brk = heap_start(t);
	s->brk_start = s->brk = m->brk;
	err = add_names(s, t);
	for (size_t i = 0; !err && i < m->n; i++) {
		struct vma *v = &m->vmas[i];

		if (v->ino && !(v->flags & VMA_SHARED))
			err = rec_store_file(r, t, -1, v);
		if (!err)
			err = rec_fill_mapping(s, v);
		if (!err)
			err = add_contents(e, t, v);
	}
	return err;
}

int rec_add_task(struct event *e, struct task *t)
{
	struct event_task *et;
	int err = event_add_task(e, &et);

	if (err)
		return err;
	et->tid = t->tid;
	et->tgid = t->tgid;
	et->ticks = t->ticks;
	et->regs = t->regs;
	return task_get_xstate(t, &et->xstate);
}
