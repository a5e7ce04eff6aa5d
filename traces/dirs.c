// SPDX-License-Identifier: MIT
/* Where traces lie, and what can be done with them as a whole. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/cleanup.h"
#include "common/log.h"
#include "traces/frame.h"
#include "traces/header.h"
#include "traces/store.h"
#include "traces/trace.h"

#define LATEST "latest-trace"

static void close_dir(DIR **d)
{
	if (*d)
		closedir(*d);
}
#define cleanup_dir cleanup_with(close_dir)

__attribute__((format(printf, 2, 3))) static int text(char **ret, const char *format, ...)
{
	va_list args;
	char *s;
	int n;

	va_start(args, format);
	n = vasprintf(&s, format, args);
	va_end(args);
	if (n < 0)
		return -ENOMEM;
	*ret = s;
	return 0;
}

/* ---- the root ---- */

static const char *home(void)
{
	const char *h = getenv("HOME");
	const struct passwd *pw;

	if (h && *h)
		return h;
	pw = getpwuid(getuid());
	return pw ? pw->pw_dir : NULL;
}

int trace_root(char **ret)
{
	const char *own = getenv("DEJA_TRACE_DIR");
	const char *xdg = getenv("XDG_DATA_HOME");

	if (own && *own)
		return text(ret, "%s", own);
	/* The XDG base directory specification: a relative path is ignored. */
	if (xdg && *xdg == '/')
		return text(ret, "%s/deja", xdg);
	if (home())
		return text(ret, "%s/.local/share/deja", home());
	return fail(-ENOENT, "no place for traces: set DEJA_TRACE_DIR or HOME");
}

static int make_dirs(const char *path)
{
	cleanup_free char *part = strdup(path);

	if (!part)
		return -ENOMEM;
	for (char *p = part + 1;; p++) {
		char c = *p;

		if (c && c != '/')
			continue;
		*p = '\0';
		if (mkdir(part, 0700) < 0 && errno != EEXIST && errno != EISDIR)
			return fail_errno(-errno, "making %s", part);
		*p = c;
		if (!c)
			return 0;
	}
}

static int make_root(char **ret)
{
	cleanup_free char *root = NULL;
	int r = trace_root(&root);

	if (!r)
		r = make_dirs(root);
	if (r)
		return r;
	*ret = root;
	root = NULL;
	return 0;
}

static bool exists(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

int trace_pick_dir(const char *program, char **ret)
{
	const char *slash = strrchr(program, '/');
	const char *name = slash ? slash + 1 : program;
	cleanup_free char *root = NULL;
	int r = make_root(&root);

	for (unsigned int n = 0; !r; n++) {
		char *dir;

		r = text(&dir, "%s/%s-%u", root, *name ? name : "trace", n);
		if (r)
			break;
		if (!exists(dir)) {
			*ret = dir;
			return 0;
		}
		free(dir);
	}
	return r;
}

/* ---- names ---- */

bool trace_is_trace(const char *dir)
{
	cleanup_close int fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);

	return fd >= 0 && (faccessat(fd, HEADER_FILE, F_OK, 0) == 0 ||
			   faccessat(fd, frame_stream_file(FRAME_EVENTS), F_OK, 0) == 0);
}

/* What the link in root has to say to lead to dir. */
static int link_target(const char *root, const char *dir, char **ret)
{
	cleanup_free char *real_root = realpath(root, NULL);
	cleanup_free char *real = realpath(dir, NULL);
	size_t n;

	if (!real_root || !real)
		return fail_errno(-errno, "finding %s", real_root ? dir : root);
	n = strlen(real_root);
	if (strncmp(real, real_root, n) == 0 && real[n] == '/' && !strchr(real + n + 1, '/'))
		return text(ret, "%s", real + n + 1);
	return text(ret, "%s", real);
}

int trace_set_latest(const char *dir)
{
	cleanup_free char *root = NULL, *target = NULL, *link = NULL, *new = NULL;
	int r = make_root(&root);

	if (!r)
		r = link_target(root, dir, &target);
	if (!r)
		r = text(&link, "%s/" LATEST, root);
	if (!r)
		r = text(&new, "%s/." LATEST ".%d", root, (int)getpid());
	if (r)
		return r;
	unlink(new); /* of a process that had our pid and was killed here */
	if (symlink(target, new) < 0)
		return fail_errno(-errno, "making %s", new);
	if (rename(new, link) < 0) {
		r = fail_errno(-errno, "making %s", link);
		unlink(new);
	}
	return r;
}

static int find_latest(const char *root, char **ret)
{
	cleanup_free char *link = NULL;
	int r = text(&link, "%s/" LATEST, root);

	if (r)
		return r;
	*ret = realpath(link, NULL);
	if (*ret)
		return 0;
	return fail(-ENOENT, "there is no latest trace (%s leads nowhere)", link);
}

int trace_find(const char *name, char **ret)
{
	cleanup_free char *root = NULL, *in_root = NULL;
	int r;

	if (name && trace_is_trace(name))
		return text(ret, "%s", name);
	r = trace_root(&root);
	if (r)
		return r;
	if (!name)
		return find_latest(root, ret);
	r = text(&in_root, "%s/%s", root, name);
	if (r)
		return r;
	if (strchr(name, '/') || !*name || !trace_is_trace(in_root))
		return fail(-ENOENT, "%s is not a trace, and there is none of this name in %s",
			    name, root);
	*ret = realpath(in_root, NULL); /* "latest-trace" is a link */
	return *ret ? 0 : fail_errno(-errno, "finding %s", in_root);
}

/* ---- lists ---- */

static void free_names(struct dirent **names, int n)
{
	for (int i = 0; i < n; i++)
		free(names[i]);
	free(names);
}

static int list_one(const char *root, const char *name,
		    int (*f)(void *ctx, const char *name, const char *dir), void *ctx)
{
	cleanup_free char *dir = NULL;
	struct stat st;
	int r;

	if (name[0] == '.')
		return 0;
	r = text(&dir, "%s/%s", root, name);
	if (r)
		return r;
	/* latest-trace, and whatever else is a link, is another's name. */
	if (lstat(dir, &st) < 0 || !S_ISDIR(st.st_mode) || !trace_is_trace(dir))
		return 0;
	return f(ctx, name, dir);
}

int trace_list(int (*f)(void *ctx, const char *name, const char *dir), void *ctx)
{
	cleanup_free char *root = NULL;
	struct dirent **names;
	int n, r = trace_root(&root);

	if (r)
		return r;
	n = scandir(root, &names, NULL, versionsort);
	if (n < 0)
		return errno == ENOENT ? 0 : fail_errno(-errno, "reading %s", root);
	for (int i = 0; i < n && !r; i++)
		r = list_one(root, names[i]->d_name, f, ctx);
	free_names(names, n);
	return r;
}

/* ---- removing, measuring ---- */

static bool is_number(const char *s)
{
	while (isdigit((unsigned char)*s))
		s++;
	return !*s;
}

static bool is_dots(const char *name)
{
	return !strcmp(name, ".") || !strcmp(name, "..");
}

/* The names that a trace directory has at its top. */
static bool is_part(const char *name)
{
	return !strcmp(name, HEADER_FILE) || !strcmp(name, HEADER_FILE ".new") ||
	       !strcmp(name, STORE_DIR) || !strcmp(name, frame_stream_file(FRAME_EVENTS)) ||
	       !strcmp(name, frame_stream_file(FRAME_FILES));
}

/* Calls f for each name in directory name of dirfd ("." for itself). */
static int for_each_name(int dirfd, const char *name,
			 int (*f)(void *ctx, int dirfd, const char *name), void *ctx)
{
	int fd = openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	cleanup_dir DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	int r = 0;

	if (!dir) {
		r = -errno;
		if (fd >= 0)
			close(fd);
		return r;
	}
	while (!r) {
		struct dirent *d;

		errno = 0;
		d = readdir(dir);
		if (!d)
			return -errno;
		if (!is_dots(d->d_name))
			r = f(ctx, fd, d->d_name);
	}
	return r;
}

static int check_part(void *ctx, int dirfd, const char *name)
{
	(void)dirfd;
	if (is_part(name))
		return 0;
	return fail(-ENOTEMPTY, "%s is not removed: it holds %s, which is not part of a trace",
		    (const char *)ctx, name);
}

static int check_stored(void *ctx, int dirfd, const char *name)
{
	(void)dirfd;
	if (is_number(name))
		return 0;
	return fail(-ENOTEMPTY,
		    "%s is not removed: it holds " STORE_DIR "/%s, which is not part of a trace",
		    (const char *)ctx, name);
}

static int remove_name(void *ctx, int dirfd, const char *name)
{
	(void)ctx;
	return unlinkat(dirfd, name, 0) < 0 ? -errno : 0;
}

/* The header goes last, so that what is left can still be removed. */
static int remove_parts(int dirfd)
{
	const char *const names[] = { frame_stream_file(FRAME_FILES), HEADER_FILE ".new",
				      frame_stream_file(FRAME_EVENTS), HEADER_FILE };
	int r = for_each_name(dirfd, STORE_DIR, remove_name, NULL);

	if (r && r != -ENOENT)
		return r;
	if (unlinkat(dirfd, STORE_DIR, AT_REMOVEDIR) < 0 && errno != ENOENT)
		return -errno;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (unlinkat(dirfd, names[i], 0) < 0 && errno != ENOENT)
			return -errno;
	return 0;
}

static void remove_dangling_latest(void)
{
	cleanup_free char *root = NULL, *link = NULL;
	struct stat st;

	if (trace_root(&root) || text(&link, "%s/" LATEST, root))
		return;
	if (lstat(link, &st) == 0 && S_ISLNK(st.st_mode) && stat(link, &st) < 0)
		unlink(link);
}

int trace_remove(const char *dir)
{
	cleanup_close int fd = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	int r;

	if (fd < 0)
		return fail_errno(-errno, "removing %s", dir);
	if (!trace_is_trace(dir))
		return fail(-EINVAL, "%s is not removed: it is not a trace", dir);
	r = for_each_name(fd, ".", check_part, (void *)dir);
	if (!r)
		r = for_each_name(fd, STORE_DIR, check_stored, (void *)dir);
	if (r == -ENOTEMPTY)
		return r;
	if (!r || r == -ENOENT)
		r = remove_parts(fd);
	if (!r && rmdir(dir) < 0)
		r = -errno;
	if (r)
		return fail_errno(r, "removing %s", dir);
	remove_dangling_latest();
	return 0;
}

static int add_bytes(void *ctx, int dirfd, const char *name)
{
	uint64_t *sum = ctx, blocks, bytes;
	struct stat st;

	if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISREG(st.st_mode) ||
	    st.st_nlink > 1)
		return 0;
	bytes = (uint64_t)st.st_size;
	blocks = (uint64_t)st.st_blocks * 512;
	*sum += blocks < bytes ? blocks : bytes;
	return 0;
}

uint64_t trace_dir_bytes(const char *dir)
{
	cleanup_close int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	uint64_t sum = 0;

	if (fd < 0 || for_each_name(fd, ".", add_bytes, &sum) ||
	    for_each_name(fd, STORE_DIR, add_bytes, &sum))
		log_debug("%s could not be measured completely", dir);
	return sum;
}
