// SPDX-License-Identifier: MIT
// Code caches on disk, so that the next recording or replay of a program finds it
// translated. A file is named by a hash of all that its contents depend on besides
// the code itself, which is compared when it is mapped (dbt_load()).
//
//	$DEJA_CACHE_DIR, else $XDG_CACHE_HOME/deja, else $HOME/.cache/deja
//
// Nothing here is ever an error of the recording: what cannot be read is ignored,
// what cannot be written is not kept.
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "tracee/disk.h"

#include <dirent.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/log.h"
#include "tracee/private.h"

/* All files together; those used longest ago go first. */
#define MAX_BYTES  ((uint64_t)512 << 20)
#define NAME_BYTES 40

/* ---- the directory ---- */

/* NULL: there is no place, or none is wanted. */
static char *disk_path(void)
{
	const char *own = getenv("DEJA_CACHE_DIR"), *xdg = getenv("XDG_CACHE_HOME");
	const char *home = getenv("HOME");
	char *path = NULL;
	int n = -1;

	if (own)
		n = *own ? asprintf(&path, "%s", own) : -1;
	else if (xdg && *xdg == '/')
		n = asprintf(&path, "%s/deja", xdg);
	else if (home && *home == '/')
		n = asprintf(&path, "%s/.cache/deja", home);
	return n < 0 ? NULL : path;
}

static void make_dirs(char *path)
{
	for (char *p = path + 1; *p; p++) {
		if (*p != '/')
			continue;
		*p = '\0';
		(void)!mkdir(path, 0700);
		*p = '/';
	}
	(void)!mkdir(path, 0700);
}

/* What others could have written to might run as the program. */
static bool is_ours(int fd, mode_t type)
{
	struct stat st;

	return !fstat(fd, &st) && (st.st_mode & S_IFMT) == type && st.st_uid == geteuid() &&
	       !(st.st_mode & 022);
}

static int open_dir(bool make)
{
	cleanup_free char *path = disk_path();
	int fd;

	if (!path)
		return -1;
	if (make)
		make_dirs(path);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0 && !is_ours(fd, S_IFDIR)) {
		log_debug("%s: others can write there: not used for translations", path);
		close(fd);
		return -1;
	}
	return fd;
}

/* ---- keys ---- */

/* The build-ids of this program and of its libraries: another deja translates
 * otherwise. */
static int hash_module(struct dl_phdr_info *info, size_t size, void *ctx)
{
	XXH3_state_t *state = ctx;

	(void)size;
	for (size_t i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *p = &info->dlpi_phdr[i];
		const uint8_t *at = (const uint8_t *)(info->dlpi_addr + p->p_vaddr);
		const uint8_t *end = at + p->p_memsz;

		while (p->p_type == PT_NOTE && end - at > (ptrdiff_t)sizeof(ElfW(Nhdr))) {
			const ElfW(Nhdr) *note = (const void *)at;
			size_t name = (note->n_namesz + 3u) & ~3u;

			at += sizeof(*note) + name;
			if (note->n_type == NT_GNU_BUILD_ID && note->n_namesz == 4 &&
			    !memcmp(at - name, "GNU", 4)) {
				XXH3_128bits_update(state, at, note->n_descsz);
				return 0;
			}
			at += (note->n_descsz + 3u) & ~3u;
		}
	}
	return 1; /* nothing tells it from another */
}

/* Which files were mapped at the exec, as far as their places tell, and the first
 * page of the executed file's code. It is one that runs in any case: reading
 * another would show in the error code of a fault there. */
static bool hash_image(XXH3_state_t *state, const struct space *s)
{
	uint8_t page[DEJA_PAGE_BYTES];
	taddr_t first = 0;

	for (size_t i = 0; i < s->map.n; i++) {
		const struct vma *v = &s->map.vmas[i];

		if (!(v->prot & PROT_EXEC) || !v->ino)
			continue;
		first = first ? first : v->start;
		XXH3_128bits_update(state, (uint64_t[3]){ v->start, v->end, v->offset },
				    3 * sizeof(uint64_t));
	}
	if (!first || os_read(s->os_tid, first, page, sizeof(page)) != sizeof(page))
		return false;
	XXH3_128bits_update(state, page, sizeof(page));
	return true;
}

static bool disk_key(const struct space *s, uint64_t ret[2])
{
	uint64_t translator[2];
	XXH3_state_t state;
	XXH128_hash_t h;

	XXH3_128bits_reset(&state);
	if (dl_iterate_phdr(hash_module, &state) || !hash_image(&state, s))
		return false;
	dbt_identity(s->dbt, translator);
	XXH3_128bits_update(&state, translator, sizeof(translator));
	h = XXH3_128bits_digest(&state);
	ret[0] = h.low64;
	ret[1] = h.high64;
	return true;
}

static void file_name(const uint64_t key[2], char ret[NAME_BYTES])
{
	snprintf(ret, NAME_BYTES, "%016" PRIx64 "%016" PRIx64, key[1], key[0]);
}

/* ---- loading ---- */

static int load(struct space *s, int dir)
{
	cleanup_close int fd = -1;
	char name[NAME_BYTES];
	int r;

	file_name(s->cache->key, name);
	fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (!is_ours(fd, S_IFREG))
		return fail(-EPERM, "others can write to it");
	r = dbt_load(s->dbt, s->cache->key, fd);
	/* Its time is that of its last use. */
	if (!r)
		(void)!futimens(fd, NULL);
	return r;
}

void disk_load(struct space *s)
{
	struct cache_memory *c = s->cache;
	struct dbt_stats stats = { 0 };
	cleanup_close int dir = -1;
	int r;

	if (c->has_key || dbt_shared(s->dbt) || !disk_key(s, c->key))
		return;
	c->has_key = true;
	dir = open_dir(false);
	if (dir < 0)
		return;
	r = load(s, dir);
	if (!r)
		dbt_stats(s->dbt, &stats);
	c->loaded = stats.cache_bytes;
	if (r != -ENOENT)
		log_debug("translations on disk: %s, %zu KiB", r ? fail_text() : "loaded",
			  c->loaded / 1024);
}

/* ---- saving ---- */

struct kept_file {
	char name[NAME_BYTES];
	struct timespec used;
	uint64_t bytes;
};

static bool is_before(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec != b->tv_sec ? a->tv_sec < b->tv_sec : a->tv_nsec < b->tv_nsec;
}

/* The file used longest ago; returns the bytes of all. */
static uint64_t find_oldest(int dir, struct kept_file *ret)
{
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *e;
	uint64_t bytes = 0;

	ret->name[0] = '\0';
	while (d && (e = readdir(d))) {
		size_t n = strlen(e->d_name) + 1;
		struct stat st;

		if (n > NAME_BYTES || fstatat(dir, e->d_name, &st, AT_SYMLINK_NOFOLLOW) ||
		    !S_ISREG(st.st_mode))
			continue;
		bytes += (uint64_t)st.st_size;
		if (ret->name[0] && !is_before(&st.st_mtim, &ret->used))
			continue;
		memcpy(ret->name, e->d_name, n);
		ret->used = st.st_mtim;
		ret->bytes = (uint64_t)st.st_size;
	}
	if (d)
		closedir(d);
	else if (fd >= 0)
		close(fd);
	return bytes;
}

static void limit_size(int dir)
{
	struct kept_file oldest;

	while (find_oldest(dir, &oldest) > MAX_BYTES && oldest.name[0])
		if (unlinkat(dir, oldest.name, 0))
			return;
}

static int save(struct cache_memory *c, struct dbt *d, int dir)
{
	cleanup_close int fd = -1;
	char name[NAME_BYTES], temporary[NAME_BYTES];
	int r;

	file_name(c->key, name);
	snprintf(temporary, sizeof(temporary), "new-%d", getpid());
	unlinkat(dir, temporary, 0);
	fd = openat(dir, temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return fail_errno(-errno, "%s", temporary);
	r = dbt_save(d, c->key, fd);
	if (!r && renameat(dir, temporary, dir, name))
		r = fail_errno(-errno, "%s", name);
	if (r)
		unlinkat(dir, temporary, 0);
	if (r == -ESTALE)
		unlinkat(dir, name, 0);
	return r;
}

void disk_save(struct cache_memory *c, struct dbt *d)
{
	cleanup_close int dir = -1;
	struct dbt_stats stats;
	int r;

	dbt_stats(d, &stats);
	/* One that was flushed was full: the next run shall not begin with it. */
	if (!c->has_key ||
	    (stats.cache_bytes <= c->loaded + c->loaded / 50 + 8192 && !stats.flushes))
		return;
	dir = open_dir(true);
	if (dir < 0)
		return;
	r = save(c, d, dir);
	if (r)
		log_debug("translations are not kept on disk: %s", fail_text());
	else
		log_debug("translations on disk: saved, %" PRIu64 " KiB", stats.cache_bytes / 1024);
	limit_size(dir);
}
