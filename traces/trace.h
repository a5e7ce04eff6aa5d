/* SPDX-License-Identifier: MIT */
/*
 * Writing and reading a trace directory. See docs/trace-format.md for what
 * lies on disk.
 */
#pragma once

#include "common/cpuid.h"
#include "traces/event.h"

#define TRACE_VERSION 1

/* What holds for the whole recording; stored as JSON. */
struct trace_header {
	uint32_t version;
	char uuid[37];
	uint64_t began_ns;   /* CLOCK_REALTIME */
	char **argv, **envp; /* NULL-terminated */
	char *cwd;
	char *program; /* path that was executed */
	char *deja_version, *kernel, *machine;
	struct cpuid_row *cpuid;
	size_t n_cpuid;
	uint64_t xcr0;
	uint32_t xstate_bytes;
	bool aslr;
	ticks_t verify_ticks; /* 0: no memory hashes */
};

void trace_header_deinit(struct trace_header *h);

/* The header as JSON text, as header.json has it, appended to out. Text that is
 * not UTF-8 stands there as { "hex": "..." }. -EINVAL, -ENOMEM */
int trace_header_json(const struct trace_header *h, struct buf *out) must_check;

/* ---- writing ---- */

struct trace_writer;

struct trace_writer_options {
	int level;		/* zstd, for everything; 0: the default, bounded */
	int cpu_avoid;		/* core of the tracee: the writer's thread stays off it
				 * when there is another; -1: do not care */
	size_t max_queue_bytes; /* 0: 8 MiB; a full queue makes trace_write wait */
};

/* dir must not exist; its parent must. header->version is not looked at, and an
 * empty uuid is replaced by a new one. options may be NULL. -errno */
int trace_create(const char *dir, const struct trace_header *header,
		 const struct trace_writer_options *options, struct trace_writer **ret) must_check;

/*
 * Appends e, gives it the next number (also stored in e->number). Encodes at
 * once; the caller keeps e. What was written more than a second ago (by the
 * events' time_ns) is on its way to the disk after this. -EINVAL: e contradicts
 * itself, nothing was written; -EFAULT: nor when its source has less than its writes
 * say; -EIO, -ENOSPC ...: an earlier write failed; the
 * trace is complete up to its last good frame, and fail_text() says which.
 */
int trace_write(struct trace_writer *w, struct event *e) must_check;

/* Puts what was written so far on disk (used before something dangerous, and
 * by a timer so that a killed recorder loses little). */
int trace_flush(struct trace_writer *w) must_check;

/* As trace_flush(), but does not wait: for when the tracee may sleep long. */
int trace_flush_start(struct trace_writer *w) must_check;

/*
 * Makes the contents of an open regular file part of the trace: reflink, else
 * hard link where that is safe, else a copy. The same file (dev, ino, size,
 * mtime, ctime) is stored once. path: what to call it. fd (open for reading)
 * stays the caller's, its offset is not moved. Ids begin at 1. -EINVAL: not a
 * regular file.
 */
int trace_add_file(struct trace_writer *w, int fd, const char *path, uint32_t *ret) must_check;

uint64_t trace_bytes_written(const struct trace_writer *w);

/* Writes the last frame and waits for it. Frees w in every case. */
int trace_writer_close(struct trace_writer *w) must_check;

/* ---- reading ---- */

struct trace_reader;

/*
 * Errors name what is wrong: -ENOENT (no trace), -EPROTONOSUPPORT (another
 * version), -EIO (damage). A trace that was cut off is no error, and one that
 * is damaged behind its first frame opens: trace_read() gives the events before
 * the damage, then -EIO.
 */
int trace_open(const char *dir, struct trace_reader **ret) must_check;
void trace_reader_close(struct trace_reader *r);

const struct trace_header *trace_reader_header(const struct trace_reader *r);

/* The next event into e (cleared first): 1, or 0 at the end, or -errno. Without
 * EVENT_AFTER, regs_after is regs, with the result in RAX for a SYSCALL. */
int trace_read(struct trace_reader *r, struct event *e) must_check;

/* The next trace_read() gives event number n. -ERANGE when there is none. */
int trace_seek(struct trace_reader *r, event_t n) must_check;

/* The number of the last event that is complete on disk; 0: there is none. */
event_t trace_last_event(const struct trace_reader *r);

/* NULL when the recording was closed in order; else one line that says where
 * and why it ends ("the recorder was killed: the last complete frame ends at
 * event 1234, 2.3 s"). */
const char *trace_cut_off(const struct trace_reader *r);

/* Opens stored file id for reading; *ret is a descriptor the caller closes. */
int trace_open_file(struct trace_reader *r, uint32_t id, int *ret) must_check;
/* Its original path, or NULL. Owned by r. */
const char *trace_file_name(const struct trace_reader *r, uint32_t id);

enum trace_file_how { TRACE_FILE_REFLINK = 1, TRACE_FILE_LINK, TRACE_FILE_COPY };

/* A stored file: what it was when it was recorded, and how it was stored. */
struct trace_file {
	enum trace_file_how how;
	uint64_t bytes;
	uint64_t dev, ino;
	int64_t mtime_ns;
	bool hashed; /* hash (XXH3, 64 bits) of the contents is known */
	uint64_t hash;
	char *path;
};

/* Ids are 1 .. count. NULL for any other. Owned by r. */
uint32_t trace_file_count(const struct trace_reader *r);
const struct trace_file *trace_file_info(const struct trace_reader *r, uint32_t id);

/* ---- directories ---- */

/* Where traces go: $DEJA_TRACE_DIR, else $XDG_DATA_HOME/deja, else
 * ~/.local/share/deja. *ret is malloc'ed, here and below. */
int trace_root(char **ret) must_check;
/* Makes root if needed and returns an unused ROOT/NAME-N (not yet made). */
int trace_pick_dir(const char *program, char **ret) must_check;
/* Points ROOT/latest-trace at dir. */
int trace_set_latest(const char *dir) must_check;
/* Resolves what the user typed (NULL: latest-trace; a path to a trace; a name
 * in the root). -ENOENT: no such trace. */
int trace_find(const char *name, char **ret) must_check;
/* Whether dir looks like a trace: a directory that holds a header or events. */
bool trace_is_trace(const char *dir);
/* Calls f for every trace in the root, sorted by name (numbers by value); f
 * returns nonzero to stop, which is then the result. */
int trace_list(int (*f)(void *ctx, const char *name, const char *dir), void *ctx) must_check;
/* Removes a trace. Refuses, before it removes anything, a directory that is no
 * trace or holds something else besides. */
int trace_remove(const char *dir) must_check;
/* Bytes on disk that are the trace's alone (hard-linked files are not counted). */
uint64_t trace_dir_bytes(const char *dir);
