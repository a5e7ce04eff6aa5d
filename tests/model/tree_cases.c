// SPDX-License-Identifier: MIT
/* Names, directories, attributes, file systems. */
#include "canary.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

static void stats(struct canary *c)
{
	int fd = canary_file(c, "text");
	const char *path = canary_path(c);

	GOOD(c, stat, path, canary_room(c, 144));
	GOOD(c, lstat, path, canary_room(c, 144));
	GOOD(c, fstat, fd, canary_room(c, 144));
	GOOD(c, newfstatat, AT_FDCWD, path, canary_room(c, 144), 0);
	GOOD(c, statx, AT_FDCWD, path, 0, STATX_ALL, canary_room(c, 256));
	BAD(c, ENOENT, stat, "/nowhere", canary_room(c, 144));
}

static void file_systems(struct canary *c)
{
	struct stat s;

	MUST(c, !stat("/", &s));
	GOOD(c, statfs, "/", canary_room(c, 120));
	GOOD(c, fstatfs, canary_file(c, ""), canary_room(c, 120));
	GOOD(c, ustat, s.st_dev, canary_room(c, 32));
}

static void file_system_names(struct canary *c)
{
	GOOD(c, sysfs, 2, 0, canary_room(c, 256));
	GOOD(c, sysfs, 3);
}

static void links(struct canary *c)
{
	char path[200];

	canary_file(c, "");
	snprintf(path, sizeof(path), "%s-link", canary_path(c));
	MUST(c, !symlink("somewhere far away", path));
	GOOD(c, readlink, path, canary_room(c, 100), 100);
	GOOD(c, readlink, path, canary_room(c, 5), 5);
	GOOD(c, readlinkat, AT_FDCWD, path, canary_room(c, 100), 100);
	MUST(c, !unlink(path));
}

static void working_directory(struct canary *c)
{
	MUST(c, !chdir("/usr"));
	GOOD(c, getcwd, canary_room(c, 100), 100);
	BAD(c, ERANGE, getcwd, canary_room(c, 2), 2);
}

static void directories(struct canary *c)
{
	int fd = open("/", O_RDONLY | O_DIRECTORY);

	MUST(c, fd >= 0);
	GOOD(c, getdents64, fd, canary_room(c, 100), 100);
	GOOD(c, getdents64, fd, canary_room(c, 4096), 4096);
	MUST(c, !lseek(fd, 0, SEEK_SET));
	GOOD(c, getdents, fd, canary_room(c, 4096), 4096);
}

static const char attribute[] = "user.deja";

static int with_attribute(struct canary *c)
{
	int fd = canary_file(c, "");

	if (fsetxattr(fd, attribute, "value", 5, 0))
		canary_skip(c, "attributes of files in /tmp", -errno);
	return fd;
}

static void attributes(struct canary *c)
{
	int fd = with_attribute(c);
	const char *path = canary_path(c);

	GOOD(c, getxattr, path, attribute, canary_room(c, 100), 100);
	GOOD(c, lgetxattr, path, attribute, canary_room(c, 5), 5);
	GOOD(c, fgetxattr, fd, attribute, canary_room(c, 100), 100);
	GOOD(c, fgetxattr, fd, attribute, canary_room(c, 100), 0);
	BAD(c, ERANGE, fgetxattr, fd, attribute, canary_room(c, 100), 2);
	GOOD(c, listxattr, path, canary_room(c, 100), 100);
	GOOD(c, llistxattr, path, canary_room(c, 100), 100);
	GOOD(c, flistxattr, fd, canary_room(c, 100), 100);
}

static void attributes_at(struct canary *c)
{
	struct {
		uint64_t value;
		uint32_t size, flags;
	} args = { 0, 100, 0 };

	with_attribute(c);
	args.value = (uint64_t)canary_room(c, 100);
	GOOD(c, getxattrat, AT_FDCWD, canary_path(c), 0, attribute,
	     canary_copy(c, &args, sizeof(args)), sizeof(args));
	GOOD(c, listxattrat, AT_FDCWD, canary_path(c), 0, canary_room(c, 100), 100);
}

static void extended_file_attributes(struct canary *c)
{
	canary_file(c, "");
	GOOD(c, file_getattr, AT_FDCWD, canary_path(c), canary_room(c, 24), 24, 0);
	GOOD(c, file_getattr, AT_FDCWD, canary_path(c), canary_room(c, 64), 64, 0);
}

static void handles(struct canary *c)
{
	uint32_t big[2] = { 128, 7 }, small[2] = { 0, 7 };
	void *at = canary_copy(c, big, 8);

	canary_room(c, 128);
	canary_file(c, "");
	GOOD(c, name_to_handle_at, AT_FDCWD, canary_path(c), at, canary_room(c, 4), 0);
	BAD(c, EOVERFLOW, name_to_handle_at, AT_FDCWD, canary_path(c), canary_copy(c, small, 8),
	    canary_room(c, 4), 0);
}

static void mounts(struct canary *c)
{
	struct {
		uint32_t size, spare;
		uint64_t mount, param;
	} all = { 24, 0, ~0ull, 0 }, one = { 24, 0, 0, 2 /* STATMOUNT_MNT_BASIC */ };
	struct statx s;

	GOOD(c, listmount, canary_copy(c, &all, 24), canary_room(c, 64 * 8), 64, 0);
	MUST(c, !statx(AT_FDCWD, "/", 0, 0x4000 /* STATX_MNT_ID_UNIQUE */, &s));
	one.mount = s.stx_mnt_id;
	GOOD(c, statmount, canary_copy(c, &one, 24), canary_room(c, 1024), 1024, 0);
}

FAMILY(tree, CASE(stats), CASE(file_systems), CASE_FOR(file_system_names, "SYSFS_*"), CASE(links),
       CASE(working_directory), CASE(directories),
       CASE_FOR(attributes, "getxattr lgetxattr fgetxattr listxattr llistxattr flistxattr"),
       CASE_FOR(attributes_at, "getxattrat listxattrat"), CASE(extended_file_attributes),
       CASE(handles), CASE_FOR(mounts, "listmount statmount"))
