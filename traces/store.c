// SPDX-License-Identifier: MIT
#include "traces/store.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <xxh_x86dispatch.h>

#include "common/cleanup.h"

/* Contents up to this size are copied by hand, so that their hash is known;
 * larger ones by the kernel, extent by extent. */
#define HASH_MAX_BYTES (256u << 20)
#define CHUNK_BYTES    (256u << 10)

void store_name(uint32_t id, char ret[STORE_NAME_BYTES])
{
	snprintf(ret, STORE_NAME_BYTES, "%" PRIu32, id);
}

int64_t store_mtime_ns(const struct stat *st)
{
	return (int64_t)((uint64_t)st->st_mtim.tv_sec * 1000000000u +
			 (uint64_t)st->st_mtim.tv_nsec);
}

/* ---- hard links ---- */

/* Files here are replaced by their package manager, never edited in place. */
static bool is_system_path(const char *path)
{
	static const char *const roots[] = { "/usr/", "/lib", "/bin/", "/sbin/", "/opt/" };

	for (size_t i = 0; i < ARRAY_SIZE(roots); i++)
		if (strncmp(path, roots[i], strlen(roots[i])) == 0)
			return true;
	return false;
}

/* A link must never show other contents later, and must not keep a program
 * with privileges alive. */
static bool link_is_safe(int fd, const struct stat *st)
{
	char name[32], path[4096];
	ssize_t n;

	if (st->st_uid != 0 || (st->st_mode & 06022) || !st->st_nlink)
		return false;
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	n = readlink(name, path, sizeof(path) - 1);
	if (n < 0)
		return false;
	path[n] = '\0';
	return is_system_path(path);
}

static int link_file(int dirfd, const char *name, int fd, struct stat *st)
{
	char from[32];

	if (!link_is_safe(fd, st))
		return -EPERM;
	snprintf(from, sizeof(from), "/proc/self/fd/%d", fd);
	if (linkat(AT_FDCWD, from, dirfd, name, AT_SYMLINK_FOLLOW) < 0)
		return -errno;
	return fstat(fd, st) < 0 ? -errno : 0;
}

/* ---- copies ---- */

static bool is_zero(const uint8_t *p, size_t n)
{
	return !p[0] && memcmp(p, p + 1, n - 1) == 0;
}

static int write_at(int fd, const uint8_t *p, size_t n, off_t offset)
{
	while (n) {
		ssize_t r = pwrite(fd, p, n, offset);

		if (r < 0 && errno == EINTR)
			continue;
		if (r <= 0)
			return r ? -errno : -EIO;
		p += r;
		n -= (size_t)r;
		offset += r;
	}
	return 0;
}

/* pread() that is short only at the end of the file. */
static ssize_t read_at(int fd, uint8_t *p, size_t n, off_t offset)
{
	size_t done = 0;

	while (done < n) {
		ssize_t r = pread(fd, p + done, n - done, offset + (off_t)done);

		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return -errno;
		if (!r)
			break;
		done += (size_t)r;
	}
	return (ssize_t)done;
}

/* Calls f (unless it is NULL) for each piece of the first bytes of fd. *ret is
 * the hash; *bytes becomes less when the file is shorter. */
static int for_each_chunk(int fd, uint64_t *bytes,
			  int (*f)(int to, const uint8_t *p, size_t n, off_t at), int to,
			  uint64_t *ret)
{
	cleanup_free uint8_t *chunk = malloc(CHUNK_BYTES);
	XXH3_state_t *state = XXH3_createState();
	uint64_t at = 0;
	ssize_t n = 0;

	if (!chunk || !state || XXH3_64bits_reset(state) != XXH_OK)
		n = -ENOMEM;
	while (n >= 0 && at < *bytes) {
		size_t want = *bytes - at < CHUNK_BYTES ? *bytes - at : CHUNK_BYTES;
		int r;

		n = read_at(fd, chunk, want, (off_t)at);
		if (n <= 0)
			break;
		XXH3_64bits_update(state, chunk, (size_t)n);
		r = f ? f(to, chunk, (size_t)n, (off_t)at) : 0;
		if (r)
			n = r;
		else
			at += (uint64_t)n;
	}
	if (n >= 0) {
		*ret = XXH3_64bits_digest(state);
		*bytes = at;
	}
	XXH3_freeState(state);
	return n < 0 ? (int)n : 0;
}

static int copy_chunk(int to, const uint8_t *p, size_t n, off_t at)
{
	return is_zero(p, n) ? 0 : write_at(to, p, n, at);
}

/* Copies the data from offset to end; what is not data stays a hole. */
static int copy_extent(int from, int to, off_t offset, off_t end)
{
	off_t out = offset;

	while (offset < end) {
		ssize_t r = copy_file_range(from, &offset, to, &out, (size_t)(end - offset), 0);

		if (r < 0 && errno == EINTR)
			continue;
		if (r <= 0)
			return r ? -errno : 0;
	}
	return 0;
}

static int copy_extents(int from, int to, off_t size)
{
	off_t end = 0;

	while (end < size) {
		off_t start = lseek(from, end, SEEK_DATA);
		int r;

		if (start < 0)
			return errno == ENXIO ? 0 : -errno;
		end = lseek(from, start, SEEK_HOLE);
		if (end < 0)
			return -errno;
		r = copy_extent(from, to, start, end < size ? end : size);
		if (r)
			return r;
	}
	return 0;
}

static int copy_large(int from, int to, off_t size)
{
	/* A descriptor of our own: lseek() must not move the caller's. */
	cleanup_close int fd = -1;
	char name[32];

	snprintf(name, sizeof(name), "/proc/self/fd/%d", from);
	fd = open(name, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? -errno : copy_extents(fd, to, size);
}

static int copy_contents(int from, int to, struct trace_file *ret)
{
	int r = -EXDEV;

	if (ret->bytes > HASH_MAX_BYTES)
		r = copy_large(from, to, (off_t)ret->bytes);
	if (r) {
		r = for_each_chunk(from, &ret->bytes, copy_chunk, to, &ret->hash);
		ret->hashed = true;
	}
	if (!r && ftruncate(to, (off_t)ret->bytes) < 0)
		r = -errno;
	return r;
}

static int clone_or_copy(int dirfd, const char *name, int fd, const struct stat *st, bool may_copy,
			 struct trace_file *ret)
{
	cleanup_close int to = openat(dirfd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	int r;

	if (to < 0)
		return -errno;
	ret->bytes = (uint64_t)st->st_size;
	ret->how = TRACE_FILE_REFLINK;
	if (st->st_size && ioctl(to, FICLONE, fd) == 0)
		return 0;
	ret->how = TRACE_FILE_COPY;
	r = may_copy ? copy_contents(fd, to, ret) : -EXDEV;
	if (r)
		unlinkat(dirfd, name, 0);
	return r;
}

int store_file(int dirfd, uint32_t id, int fd, struct stat *st, struct trace_file *ret)
{
	bool linkable = link_is_safe(fd, st);
	char name[STORE_NAME_BYTES];
	int r;

	store_name(id, name);
	r = clone_or_copy(dirfd, name, fd, st, !linkable, ret);
	if (r == -EXDEV && linkable) {
		ret->how = TRACE_FILE_LINK;
		r = link_file(dirfd, name, fd, st);
		if (r)
			r = clone_or_copy(dirfd, name, fd, st, true, ret);
	}
	return r;
}

/* ---- reading ---- */

static int bad_file(const char *trace, uint32_t id, const struct trace_file *f, const char *why)
{
	return fail(-EIO, "trace %s: files/%" PRIu32 " (%s): %s", trace, id, f->path, why);
}

static int check_file(const char *trace, int fd, uint32_t id, const struct trace_file *f)
{
	uint64_t hash = 0, bytes = f->bytes;
	struct stat st;
	int r;

	if (fstat(fd, &st) < 0)
		return fail_errno(-errno, "trace %s: files/%" PRIu32, trace, id);
	if (!S_ISREG(st.st_mode))
		return bad_file(trace, id, f, "not a regular file");
	if ((uint64_t)st.st_size != f->bytes)
		return bad_file(trace, id, f, "it has another size than when it was stored");
	/* A link is the recorded file itself as long as the trace was not
	 * copied elsewhere. */
	if (f->how == TRACE_FILE_LINK && st.st_dev == f->dev && st.st_ino == f->ino &&
	    store_mtime_ns(&st) != f->mtime_ns)
		return bad_file(trace, id, f, "it was changed after it was stored");
	if (!f->hashed)
		return 0;
	r = for_each_chunk(fd, &bytes, NULL, -1, &hash);
	if (r)
		return fail_errno(r, "trace %s: files/%" PRIu32, trace, id);
	return hash == f->hash ? 0 : bad_file(trace, id, f, "checksum");
}

int store_open(const char *trace, int dirfd, uint32_t id, const struct trace_file *f, int *ret)
{
	cleanup_close int fd = -1;
	char name[STORE_NAME_BYTES];
	int r;

	store_name(id, name);
	/* Whatever stands there: no link is followed and nothing blocks. */
	fd = openat(dirfd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return fail_errno(-errno, "trace %s: files/%" PRIu32 " (%s)", trace, id, f->path);
	r = check_file(trace, fd, id, f);
	if (r)
		return r;
	*ret = fd;
	fd = -1;
	return 0;
}
