// SPDX-License-Identifier: MIT
#include "cli/replay_gdb_files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "common/cleanup.h"

/* ---- /proc ---- */

static int append_mapping(struct buf *out, const struct event_mapping *m)
{
	int error = buf_printf(out, "%llx-%llx %c%c%c%c %08llx %02x:%02x %llu",
			       (unsigned long long)m->start, (unsigned long long)m->end,
			       m->prot & PROT_READ ? 'r' : '-', m->prot & PROT_WRITE ? 'w' : '-',
			       m->prot & PROT_EXEC ? 'x' : '-',
			       m->flags & MAPPING_SHARED ? 's' : 'p',
			       (unsigned long long)m->offset, major(m->dev), minor(m->dev),
			       (unsigned long long)m->ino);

	if (!error && m->name)
		error = buf_printf(out, " %s", m->name);
	return error ? error : buf_append(out, "\n", 1);
}

static int file_of_bytes(const struct buf *b, int *ret)
{
	cleanup_close int fd = memfd_create("deja-file", MFD_CLOEXEC);

	if (fd < 0)
		return -errno;
	if (write(fd, b->data, b->len) != (ssize_t)b->len)
		return -EIO;
	*ret = fd;
	fd = -1;
	return 0;
}

static int open_maps(struct replayer *r, pid_t pid, int *ret)
{
	cleanup_with(buf_deinit) struct buf text = { 0 };
	const struct event_space *space = replayer_space(r, pid);
	int error = space ? 0 : -ENOENT;

	for (size_t i = 0; !error && i < space->n_mappings; i++)
		error = append_mapping(&text, &space->mappings[i]);
	return error ? error : file_of_bytes(&text, ret);
}

/* "/proc/PID/NAME" or "/proc/PID/task/TID/NAME" of the process shown; others of
 * that number live on another machine or in another time. */
static bool is_proc(const char *path, pid_t pid, const char *name)
{
	char dir[32], task[32];
	size_t n = (size_t)snprintf(dir, sizeof(dir), "/proc/%d/", (int)pid);
	size_t t = (size_t)snprintf(task, sizeof(task), "task/%d/", (int)pid);

	if (strncmp(path, dir, n))
		return false;
	path += n;
	return !strcmp(strncmp(path, task, t) ? path : path + t, name);
}

static bool in_proc(const char *path)
{
	return !strncmp(path, "/proc/", 6);
}

/* ---- stored files ---- */

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static bool same_path(const char *stored, const char *path)
{
	return !strcmp(stored, path);
}

/* libc.so.6 for libc.so.6, or for libc.so.6.2: where a link of the recorded
 * machine led is not stored. */
static bool same_base(const char *stored, const char *path)
{
	const char *base = base_name(path);
	size_t n = strlen(base);

	stored = base_name(stored);
	return n && !strncmp(stored, base, n) && (!stored[n] || stored[n] == '.');
}

/* The file as it is mapped now, else the last of that name. */
static uint32_t find_stored(struct replayer *r, struct trace_reader *trace, pid_t pid,
			    const char *path, bool (*same)(const char *, const char *))
{
	const struct event_space *space = replayer_space(r, pid);

	for (size_t i = 0; space && i < space->n_mappings; i++) {
		const struct event_mapping *m = &space->mappings[i];
		const char *name = m->flags & MAPPING_FILE ? trace_file_name(trace, m->file) : NULL;

		if (name && same(name, path))
			return m->file;
	}
	for (uint32_t id = trace_file_count(trace); id; id--) {
		const char *name = trace_file_name(trace, id);

		if (name && same(name, path))
			return id;
	}
	return 0;
}

/* By the path itself, by where its links lead on this machine and in a merged
 * /usr. */
static uint32_t find_path(struct replayer *r, struct trace_reader *trace, pid_t pid,
			  const char *path)
{
	char other[PATH_MAX];
	uint32_t id = find_stored(r, trace, pid, path, same_path);

	if (!id && realpath(path, other))
		id = find_stored(r, trace, pid, other, same_path);
	if (!id && snprintf(other, sizeof(other), "/usr%s", path) < PATH_MAX)
		id = find_stored(r, trace, pid, other, same_path);
	return id;
}

static int open_here(const char *path, int *ret)
{
	cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EACCES;
	*ret = fd;
	fd = -1;
	return 0;
}

int replay_file_open(struct replayer *r, struct trace_reader *trace, pid_t pid,
		     const char *path, int *ret)
{
	uint32_t id;

	if (is_proc(path, pid, "maps"))
		return open_maps(r, pid, ret);
	if (in_proc(path))
		return -ENOENT;
	id = find_path(r, trace, pid, path);
	if (id)
		return trace_open_file(trace, id, ret);
	if (!open_here(path, ret))
		return 0;
	id = find_stored(r, trace, pid, path, same_base);
	return id ? trace_open_file(trace, id, ret) : -ENOENT;
}

int replay_file_link(struct replayer *r, pid_t pid, const char *path, struct buf *ret)
{
	char target[PATH_MAX];
	ssize_t n;

	if (is_proc(path, pid, "exe")) {
		const char *exe = replayer_exe(r, pid);

		return exe ? buf_append(ret, exe, strlen(exe)) : -ENOENT;
	}
	if (in_proc(path))
		return -ENOENT;
	n = readlink(path, target, sizeof(target));
	return n < 0 ? -errno : buf_append(ret, target, (size_t)n);
}

/* ---- whether the files are still those of the recording ---- */

struct view {
	void *bytes;
	size_t len;
};

static void view_deinit(const struct view *v)
{
	if (v->bytes)
		munmap(v->bytes, v->len);
}

static bool view_init(struct view *v, int fd, size_t len)
{
	void *p = mmap(NULL, len, PROT_READ, MAP_PRIVATE, fd, 0);

	if (p == MAP_FAILED)
		return false;
	v->bytes = p;
	v->len = len;
	return true;
}

static bool same_bytes(int a, int b, size_t len)
{
	cleanup_with(view_deinit) struct view va = { 0 }, vb = { 0 };

	return view_init(&va, a, len) && view_init(&vb, b, len) &&
	       !memcmp(va.bytes, vb.bytes, len);
}

static bool is_elf(int fd)
{
	char magic[4];

	return pread(fd, magic, sizeof(magic), 0) == sizeof(magic) &&
	       !memcmp(magic, "\177ELF", sizeof(magic));
}

static bool same_file(int a, int b)
{
	struct stat sa, sb;

	if (fstat(a, &sa) || fstat(b, &sb) || sa.st_size != sb.st_size)
		return false;
	return (sa.st_dev == sb.st_dev && sa.st_ino == sb.st_ino) ||
	       same_bytes(a, b, (size_t)sa.st_size);
}

static bool unchanged(struct trace_reader *trace, uint32_t id)
{
	const char *path = trace_file_name(trace, id);
	cleanup_close int stored = -1, here = -1;

	if (!path || trace_open_file(trace, id, &stored))
		return false;
	if (!is_elf(stored))
		return true;
	return !open_here(path, &here) && same_file(stored, here);
}

bool replay_files_unchanged(struct trace_reader *trace)
{
	for (uint32_t id = 1; id <= trace_file_count(trace); id++)
		if (!unchanged(trace, id))
			return false;
	return true;
}
