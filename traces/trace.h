/* SPDX-License-Identifier: MIT */
/*
 * Writing and reading a trace directory. See docs/trace-format.md for what
 * lies on disk.
 */
#pragma once

#include "traces/event.h"

#define TRACE_VERSION 1

struct trace_cpuid {
	uint32_t leaf, subleaf, eax, ebx, ecx, edx;
};

/* What holds for the whole recording; stored as JSON. */
struct trace_header {
	uint32_t version;
	char uuid[37];
	uint64_t began_ns;  /* CLOCK_REALTIME */
	char **argv, **envp; /* NULL-terminated */
	char *cwd;
	char *program;	    /* path that was executed */
	char *deja_version, *kernel, *machine;
	struct trace_cpuid *cpuid;
	size_t n_cpuid;
	uint64_t xcr0;
	uint32_t xstate_bytes;
	bool aslr;
	ticks_t verify_ticks; /* 0: no memory hashes */
};

void trace_header_deinit(struct trace_header *h);

/* ---- writing ---- */

struct trace_writer;

struct trace_writer_options {
	int level;	   /* zstd; 0: the default */
	int cpu_avoid;	   /* core of the tracee: the writer's thread stays off it
			    * when there is another; -1: do not care */
	size_t max_queue_bytes; /* 0: 64 MiB; a full queue makes trace_write wait */
};

/* dir must not exist; its parent must. -errno */
int trace_create(const char *dir, const struct trace_header *header,
		 const struct trace_writer_options *options,
		 struct trace_writer **ret) must_check;

/* Appends e, gives it the next number (also stored in e->number). Encodes at
 * once; the caller keeps e. -EIO, -ENOSPC ...: an earlier write failed; the
 * trace is complete up to its last good frame. */
int trace_write(struct trace_writer *w, struct event *e) must_check;

/* Puts what was written so far on disk (used before something dangerous, and
 * by a timer so that a killed recorder loses little). */
int trace_flush(struct trace_writer *w) must_check;

/*
 * Makes the contents of an open regular file part of the trace: reflink, else
 * hard link where that is safe, else a copy. The same file (dev, ino, size,
 * mtime) is stored once. path: what to call it. fd stays the caller's.
 */
int trace_add_file(struct trace_writer *w, int fd, const char *path, uint32_t *ret) must_check;

uint64_t trace_bytes_written(const struct trace_writer *w);

/* Writes the last frame and waits for it. Frees w in every case. */
int trace_writer_close(struct trace_writer *w) must_check;

/* ---- reading ---- */

struct trace_reader;

/* Errors name what is wrong: no trace, another version, damage. A trace that
 * was cut off is no error. */
int trace_open(const char *dir, struct trace_reader **ret) must_check;
void trace_reader_close(struct trace_reader *r);

const struct trace_header *trace_reader_header(const struct trace_reader *r);

/* The next event into e (cleared first): 1, or 0 at the end, or -errno. */
int trace_read(struct trace_reader *r, struct event *e) must_check;

/* The next trace_read() gives event number n. -ERANGE when there is none. */
int trace_seek(struct trace_reader *r, event_t n) must_check;

/* The number of the last event that is complete on disk. */
event_t trace_last_event(const struct trace_reader *r);

/* NULL when the recording was closed in order; else one line that says where
 * and why it ends ("the recorder was killed: the last complete frame ends at
 * event 1234, 2.3 s"). */
const char *trace_cut_off(const struct trace_reader *r);

/* Opens stored file id for reading; *ret is a descriptor the caller closes. */
int trace_open_file(struct trace_reader *r, uint32_t id, int *ret) must_check;
/* Its original path, or NULL. Owned by r. */
const char *trace_file_name(const struct trace_reader *r, uint32_t id);

/* ---- directories ---- */

/* Where traces go: $DEJA_TRACE_DIR, else $XDG_DATA_HOME/deja, else
 * ~/.local/share/deja. *ret is malloc'ed. */
int trace_root(char **ret) must_check;
/* Makes root if needed and returns an unused ROOT/NAME-N (not yet made). */
int trace_pick_dir(const char *program, char **ret) must_check;
/* Points ROOT/latest-trace at dir. */
int trace_set_latest(const char *dir) must_check;
/* Resolves what the user typed (NULL: latest-trace; a name in the root; a path). */
int trace_find(const char *name, char **ret) must_check;
/* Calls f for every trace in the root, sorted by name; f returns nonzero to stop. */
int trace_list(int (*f)(void *ctx, const char *name, const char *dir), void *ctx) must_check;
int trace_remove(const char *dir) must_check;
uint64_t trace_dir_bytes(const char *dir);
