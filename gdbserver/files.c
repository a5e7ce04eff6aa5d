// SPDX-License-Identifier: MIT
/*
 * Files of the recorded machine, for a gdb whose sysroot is "target:": it reads
 * the program and its libraries here, as they were when they were recorded.
 *
 *	vFile:open:2f62696e2f6c73,0,0	-> F3		a descriptor
 *	vFile:pread:3,1000,0		-> F1000;...	bytes
 *	vFile:open:...			-> F-1,2	an error (ENOENT)
 *
 * Nothing is ever written.
 *
 * Source: gdb's manual, "Host I/O Packets", "Errno Values", "struct stat".
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gdbserver/state.h"

#define FILEIO_O_ACCMODE 3
#define FILEIO_STAT_BYTES 64

/* The errnos of the protocol are Linux's where it has any. */
static int fileio_errno(int error)
{
	static const uint8_t known[] = { EPERM,	 ENOENT, EINTR,	 EBADF,	 EACCES, EFAULT,
					 EBUSY,	 EEXIST, ENODEV, ENOTDIR, EISDIR, EINVAL,
					 ENFILE, EMFILE, EFBIG,	 ENOSPC, ESPIPE, EROFS };

	if (error == ENAMETOOLONG)
		return 91;
	if (error == ENOSYS)
		return 88;
	return memchr(known, error, sizeof(known)) ? error : 9999;
}

static int reply_error(struct gdb_server *s, int error)
{
	if (error == -ENOMEM)
		return error;
	return gdb_reply(s, "F-1,%x", fileio_errno(-error));
}

static int take_path(struct text *args, char *ret, size_t size)
{
	return text_unhex_string(text_take_until(args, ','), ret, size);
}

static int open_file(struct gdb_server *s, struct text args, size_t slot)
{
	char path[PATH_MAX];
	uint64_t flags, mode;
	int err = take_path(&args, path, sizeof(path));

	if (err)
		return err;
	if (!text_take(&args, ',') || !text_take_pair(&args, &flags, &mode))
		return -EINVAL;
	if ((flags & FILEIO_O_ACCMODE) != O_RDONLY)
		return -EROFS;
	return s->ops->open_file(s->ctx, path, &s->files[slot]);
}

static int do_open(struct gdb_server *s, struct text args)
{
	size_t slot = 0;
	int err;

	while (slot < GDB_MAX_FILES && s->files[slot] >= 0)
		slot++;
	if (slot == GDB_MAX_FILES)
		return reply_error(s, -EMFILE);
	err = open_file(s, args, slot);
	return err ? reply_error(s, err) : gdb_reply(s, "F%zx", slot);
}

static int take_file(struct gdb_server *s, struct text *args, int **ret)
{
	uint64_t slot;

	if (!text_take_hex(args, &slot) || slot >= GDB_MAX_FILES || s->files[slot] < 0)
		return -EBADF;
	*ret = &s->files[slot];
	return 0;
}

static int do_close(struct gdb_server *s, struct text args)
{
	int *fd, err = take_file(s, &args, &fd);

	if (err)
		return reply_error(s, err);
	close(*fd);
	*fd = -1;
	return gdb_reply(s, "F0");
}

void gdb_close_files(struct gdb_server *s)
{
	for (size_t i = 0; i < GDB_MAX_FILES; i++)
		if (s->files[i] >= 0) {
			close(s->files[i]);
			s->files[i] = -1;
		}
}

/* "Fn;" takes a few bytes of the packet too. */
static int reply_bytes(struct gdb_server *s, const void *data, size_t len)
{
	size_t n = gdb_packet_fitting(data, len, GDB_PACKET_BYTES - 16);
	int err = gdb_reply(s, "F%zx;", n);

	return err ? err : buf_append(&s->reply, data, n);
}

static int do_pread(struct gdb_server *s, struct text args)
{
	uint8_t bytes[GDB_PACKET_BYTES];
	uint64_t count, offset;
	ssize_t n;
	int *fd, err = take_file(s, &args, &fd);

	if (!err && (!text_take(&args, ',') || !text_take_pair(&args, &count, &offset)))
		err = -EINVAL;
	if (err)
		return reply_error(s, err);
	if (count > sizeof(bytes))
		count = sizeof(bytes);
	n = pread(*fd, bytes, count, (off_t)offset);
	return n < 0 ? reply_error(s, -errno) : reply_bytes(s, bytes, (size_t)n);
}

/* Big-endian, 4 bytes each but for size, blksize and blocks. */
static void encode_stat(const struct stat *st, uint8_t *ret)
{
	const struct {
		uint64_t value;
		unsigned bytes;
	} fields[] = {
		{ st->st_dev, 4 },	     { st->st_ino, 4 },
		{ st->st_mode, 4 },	     { st->st_nlink, 4 },
		{ st->st_uid, 4 },	     { st->st_gid, 4 },
		{ st->st_rdev, 4 },	     { (uint64_t)st->st_size, 8 },
		{ (uint64_t)st->st_blksize, 8 }, { (uint64_t)st->st_blocks, 8 },
		{ (uint64_t)st->st_atime, 4 }, { (uint64_t)st->st_mtime, 4 },
		{ (uint64_t)st->st_ctime, 4 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
		for (unsigned b = fields[i].bytes; b--;)
			*ret++ = (uint8_t)(fields[i].value >> 8 * b);
}

static int do_fstat(struct gdb_server *s, struct text args)
{
	uint8_t bytes[FILEIO_STAT_BYTES];
	struct stat st;
	int *fd, err = take_file(s, &args, &fd);

	if (!err && fstat(*fd, &st))
		err = -errno;
	if (err)
		return reply_error(s, err);
	encode_stat(&st, bytes);
	return reply_bytes(s, bytes, sizeof(bytes));
}

static int do_readlink(struct gdb_server *s, struct text args)
{
	struct buf target = { 0 };
	char path[PATH_MAX];
	int err = take_path(&args, path, sizeof(path));

	if (!err)
		err = s->ops->read_link(s->ctx, path, &target);
	err = err ? reply_error(s, err) : reply_bytes(s, target.data, target.len);
	buf_deinit(&target);
	return err;
}

/* All processes of a recording see one file system. */
static int do_setfs(struct gdb_server *s, struct text args)
{
	(void)args;
	return gdb_reply(s, "F0");
}

static int do_refused(struct gdb_server *s, struct text args)
{
	(void)args;
	return reply_error(s, -EROFS);
}

static const struct {
	const char *name;
	gdb_command *run;
} operations[] = {
	{ ":open:", do_open },	       { ":close:", do_close },
	{ ":pread:", do_pread },       { ":fstat:", do_fstat },
	{ ":readlink:", do_readlink }, { ":setfs:", do_setfs },
	{ ":pwrite:", do_refused },    { ":unlink:", do_refused },
};

int gdb_do_file(struct gdb_server *s, struct text args)
{
	for (size_t i = 0; i < ARRAY_SIZE(operations); i++)
		if (text_take_word(&args, operations[i].name))
			return operations[i].run(s, args);
	return -EOPNOTSUPP;
}
