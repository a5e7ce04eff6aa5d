// SPDX-License-Identifier: MIT
/* Reading and moving data: files, pipes, vectors. */
#include "canary.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/uio.h>

#include <linux/fs.h>
#include <linux/fiemap.h>
#include <linux/random.h>

static const char text[] = "one two three four five six seven";

static void read_less_than_asked(struct canary *c)
{
	int fd = canary_file(c, text);

	GOOD(c, read, fd, canary_room(c, 100), 100);
	GOOD(c, read, fd, canary_room(c, 100), 100); /* the end of the file */
}

static void read_part(struct canary *c)
{
	GOOD(c, read, canary_file(c, text), canary_room(c, 10), 5);
	GOOD(c, pread64, canary_file(c, text), canary_room(c, 10), 5, 3);
}

static void read_pipe_empty(struct canary *c)
{
	int fd[2];

	canary_pipe(c, fd, "");
	MUST(c, !fcntl(fd[0], F_SETFL, O_NONBLOCK));
	BAD(c, EAGAIN, read, fd[0], canary_room(c, 10), 10);
}

/* What fits is written, whatever the call then says. */
static void writes_at_the_end_of_memory(struct canary *c)
{
	int fd[2];

	canary_pipe(c, fd, text);
	CALL(c, read, canary_file(c, text), canary_end(c, 10), 30);
	CALL(c, read, fd[0], canary_end(c, 10), 30);
	CALL(c, stat, "/", canary_end(c, 50));
	CALL(c, uname, canary_end(c, 100));
	CALL(c, getrandom, canary_end(c, 3), 300, 0);
}

static struct iovec *vector(struct canary *c)
{
	struct iovec iov[4] = { { canary_room(c, 3), 3 },
				{ NULL, 0 },
				{ canary_room(c, 10), 10 },
				{ canary_room(c, 100), 100 } };

	return canary_copy(c, iov, sizeof(iov));
}

static void read_vector(struct canary *c)
{
	GOOD(c, readv, canary_file(c, text), vector(c), 4);
	GOOD(c, readv, canary_file(c, "ab"), vector(c), 4);
	GOOD(c, preadv, canary_file(c, text), vector(c), 4, 25, 0);
	GOOD(c, preadv2, canary_file(c, text), vector(c), 4, -1, -1, 0);
}

static void read_vector_of_many(struct canary *c)
{
	struct iovec iov[40];

	for (size_t i = 0; i < ARRAY_SIZE(iov); i++)
		iov[i] = (struct iovec){ canary_room(c, 1), 1 };
	GOOD(c, readv, canary_file(c, text), canary_copy(c, iov, sizeof(iov)), 40);
}

static void vmsplice_fills_a_vector(struct canary *c)
{
	int fd[2];

	canary_pipe(c, fd, text);
	GOOD(c, vmsplice, fd[0], vector(c), 3, 0);
}

static void pipes(struct canary *c)
{
	GOOD(c, pipe, canary_room(c, 8));
	GOOD(c, pipe2, canary_room(c, 8), O_CLOEXEC);
	BAD(c, EINVAL, pipe2, canary_room(c, 8), 0x1234567);
}

static void sendfile_moves_the_offset(struct canary *c)
{
	loff_t zero = 0;
	int fd[2];

	canary_pipe(c, fd, "");
	GOOD(c, sendfile, fd[1], canary_file(c, text), canary_copy(c, &zero, 8), 5);
	GOOD(c, sendfile, fd[1], canary_file(c, text), NULL, 5);
}

static void copies_between_files(struct canary *c)
{
	loff_t zero = 0, two = 2;

	GOOD(c, copy_file_range, canary_file(c, text), canary_copy(c, &two, 8), canary_file(c, ""),
	     canary_copy(c, &zero, 8), 5, 0);
}

static void splice_moves_offsets(struct canary *c)
{
	loff_t two = 2;
	int fd[2];

	canary_pipe(c, fd, "");
	GOOD(c, splice, canary_file(c, text), canary_copy(c, &two, 8), fd[1], NULL, 5, 0);
	GOOD(c, splice, fd[0], NULL, canary_file(c, text), canary_copy(c, &two, 8), 5, 0);
}

static void random_bytes(struct canary *c)
{
	GOOD(c, getrandom, canary_room(c, 33), 33, 0);
}

static void cache_statistics(struct canary *c)
{
	uint64_t range[2] = { 0, 4096 };

	GOOD(c, cachestat, canary_file(c, text), canary_copy(c, range, 16), canary_room(c, 64), 0);
}

static void io_uring_parameters(struct canary *c)
{
	uint8_t zero[120] = { 0 };

	GOOD(c, io_uring_setup, 4, canary_copy(c, zero, 120));
}

static void locks(struct canary *c)
{
	struct flock lock = { .l_type = F_WRLCK };
	int fd = canary_file(c, text);

	GOOD(c, fcntl, fd, F_GETLK, canary_copy(c, &lock, sizeof(lock)));
	GOOD(c, fcntl, fd, F_SETLK, canary_copy(c, &lock, sizeof(lock)));
	GOOD(c, fcntl, fd, F_OFD_GETLK, canary_copy(c, &lock, sizeof(lock)));
}

static void descriptor_commands(struct canary *c)
{
	int fd = canary_file(c, text);

	GOOD(c, fcntl, fd, F_GETFL);
	GOOD(c, fcntl, fd, F_DUPFD, 100);
	GOOD(c, fcntl, fd, F_SETOWN, getpid());
	GOOD(c, fcntl, fd, F_GETOWN_EX, canary_room(c, 8));
	CALL(c, fcntl, fd, 17 /* F_GETOWNER_UIDS */, canary_room(c, 8));
	GOOD(c, fcntl, fd, F_GET_RW_HINT, canary_room(c, 8));
	CALL(c, fcntl, fd, F_GET_FILE_RW_HINT, canary_room(c, 8));
}

static void readable_bytes(struct canary *c)
{
	int fd[2];

	canary_pipe(c, fd, text);
	GOOD(c, ioctl, fd[0], FIONREAD, canary_room(c, 4));
	GOOD(c, ioctl, canary_file(c, text), FIOQSIZE, canary_room(c, 8));
	GOOD(c, ioctl, canary_file(c, text), FIGETBSZ, canary_room(c, 4));
}

static void file_flags(struct canary *c)
{
	GOOD(c, ioctl, canary_file(c, text), FS_IOC_GETFLAGS, canary_room(c, 8));
}

static void file_version(struct canary *c)
{
	if (CALL(c, ioctl, canary_file(c, text), FS_IOC_GETVERSION, canary_room(c, 8)) < 0)
		canary_skip(c, "FS_IOC_GETVERSION", -ENOTTY);
}

static void file_attributes(struct canary *c)
{
	GOOD(c, ioctl, canary_file(c, text), FS_IOC_FSGETXATTR, canary_room(c, 28));
}

static void file_system_label(struct canary *c)
{
	if (CALL(c, ioctl, canary_file(c, text), FS_IOC_GETFSLABEL, canary_room(c, 256)) < 0)
		canary_skip(c, "FS_IOC_GETFSLABEL", -ENOTTY);
}

static void extents(struct canary *c)
{
	struct fiemap map = { .fm_length = ~0ull,
			      .fm_extent_count = 3,
			      .fm_flags = FIEMAP_FLAG_SYNC };
	void *at = canary_copy(c, &map, sizeof(map));

	canary_room(c, 3 * sizeof(struct fiemap_extent)); /* lies behind, over the gap */
	if (CALL(c, ioctl, canary_file(c, text), FS_IOC_FIEMAP, at) < 0)
		canary_skip(c, "FS_IOC_FIEMAP", -EOPNOTSUPP);
}

static void entropy(struct canary *c)
{
	int fd = open("/dev/random", O_RDONLY);

	MUST(c, fd >= 0);
	GOOD(c, ioctl, fd, RNDGETENTCNT, canary_room(c, 4));
}

static void namespace_owner(struct canary *c)
{
	int fd = open("/proc/self/ns/user", O_RDONLY);

	if (fd < 0)
		canary_skip(c, "user namespaces", -errno);
	GOOD(c, ioctl, fd, 0xb704 /* NS_GET_OWNER_UID */, canary_room(c, 4));
}

static void block_devices(struct canary *c)
{
	static const unsigned commands[] = { BLKROGET,	       BLKGETSIZE,   BLKGETSIZE64,
					     BLKRAGET,	       BLKFRAGET,    BLKSECTGET,
					     BLKSSZGET,	       BLKBSZGET,    BLKIOMIN,
					     BLKIOOPT,	       BLKALIGNOFF,  BLKPBSZGET,
					     BLKDISCARDZEROES, BLKROTATIONAL };
	int fd = open("/dev/loop0", O_RDONLY);

	if (fd < 0)
		canary_skip(c, "/dev/loop0", -errno);
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		CALL(c, ioctl, fd, commands[i], canary_room(c, 8));
}

FAMILY(file, CASE(read_less_than_asked), CASE(read_part), CASE(read_pipe_empty),
       CASE(writes_at_the_end_of_memory), CASE(read_vector), CASE(read_vector_of_many),
       CASE(vmsplice_fills_a_vector), CASE(pipes), CASE(sendfile_moves_the_offset),
       CASE(copies_between_files), CASE(splice_moves_offsets), CASE(random_bytes),
       CASE(cache_statistics), CASE(io_uring_parameters), CASE(locks), CASE(descriptor_commands),
       CASE(readable_bytes), CASE(file_flags), CASE(file_version), CASE(file_attributes),
       CASE(file_system_label), CASE(extents), CASE(entropy), CASE(block_devices),
       CASE_FOR(namespace_owner, "NS_GET_OWNER_UID"))
