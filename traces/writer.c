// SPDX-License-Identifier: MIT
/*
 * Writing a trace. Events are encoded on the spot into the frame that is being
 * filled; full frames go to the sink, whose thread does the rest.
 *
 * The file table is filled before the events that name its files: whenever a
 * frame of events is handed over, the files known so far go first.
 */
#include "traces/trace.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "traces/encode.h"
#include "traces/file_index.h"
#include "traces/header.h"
#include "traces/sink.h"
#include "traces/store.h"

/* A frame is handed over when it was begun so long ago. */
#define OLD_NS 1000000000u

struct trace_writer {
	char *dir;
	int dirfd, store_fd;
	struct sink *sink;
	struct sink_frame *events, *files; /* being filled; NULL: none */
	struct deltas deltas;
	event_t last_event;
	bool ended; /* EVENT_END was written */
	struct file_index index;
	uint32_t n_files;
	uint64_t stored_bytes; /* header and copies of files */
};

static int begin_frame(struct trace_writer *w, struct sink_frame **frame, enum frame_stream stream,
		       uint64_t first, uint64_t time_ns)
{
	int r;

	if (*frame)
		return 0;
	r = sink_take_frame(w->sink, frame);
	if (r)
		return r;
	(*frame)->header = (struct frame_header){
		.stream = stream,
		.first = first,
		.first_ns = time_ns,
		.last_ns = time_ns,
	};
	return 0;
}

static int push(struct trace_writer *w, struct sink_frame **frame)
{
	struct sink_frame *f = *frame;

	/* A frame whose first record could not be encoded is kept for later. */
	if (!f || !f->header.records)
		return 0;
	*frame = NULL;
	return sink_push(w->sink, f);
}

static int push_all(struct trace_writer *w)
{
	int r = push(w, &w->files);

	return r ? r : push(w, &w->events);
}

/* ---- events ---- */

static int append_event(struct trace_writer *w, const struct event *e)
{
	struct sink_frame *f;
	int r = begin_frame(w, &w->events, FRAME_EVENTS, w->last_event + 1, e->time_ns);

	if (r)
		return r;
	f = w->events;
	if (!f->header.records) {
		f->header.first_ns = e->time_ns;
		deltas_reset(&w->deltas, e->time_ns);
	}
	r = encode_event(&f->raw, &w->deltas, w->n_files, e);
	if (r)
		return r;
	f->header.records++;
	f->header.last_ns = e->time_ns;
	if (e->kind == EVENT_END)
		f->header.flags |= FRAME_END;
	if (e->kind == EVENT_KEYFRAME)
		f->header.flags |= FRAME_KEYFRAME;
	return 0;
}

static uint64_t written_bytes(const struct event *e)
{
	uint64_t n = 0;

	for (size_t i = 0; i < e->n_writes; i++)
		if (__builtin_add_overflow(n, e->writes[i].size, &n))
			return UINT64_MAX;
	return n;
}

/* Whether e is certain to fit into a frame, with all that it has besides its
 * writes. */
static int check_size(const struct trace_writer *w, const struct event *e)
{
	if (written_bytes(e) <= FRAME_RAW_MAX - (64u << 20))
		return 0;
	return fail(-EFBIG, "trace %s: event %" PRIu64 " writes too much memory at once", w->dir,
		    w->last_event + 1);
}

/* Hands over what is full, and what is old when that can be done at once. */
static int push_when_due(struct trace_writer *w)
{
	const struct sink_frame *f = w->events;

	if (f->raw.len >= FRAME_FULL_BYTES)
		return push_all(w);
	if (f->header.last_ns < f->header.first_ns + OLD_NS || !sink_has_room(w->sink, f))
		return 0;
	return trace_flush_start(w);
}

int trace_write(struct trace_writer *w, struct event *e)
{
	int r = sink_error(w->sink);

	if (!r && w->ended)
		r = fail(-EINVAL, "trace %s: an event after the end", w->dir);
	if (!r)
		r = check_size(w, e);
	if (!r)
		r = append_event(w, e);
	if (r == -E2BIG) { /* too many tasks for this frame */
		r = push_all(w);
		if (!r)
			r = append_event(w, e);
	}
	if (r)
		return r;
	e->number = ++w->last_event;
	w->ended = e->kind == EVENT_END;
	return push_when_due(w);
}

int trace_flush_start(struct trace_writer *w)
{
	int r = push_all(w);

	sink_start(w->sink);
	return r;
}

int trace_flush(struct trace_writer *w)
{
	int r = push_all(w);

	return r ? r : sink_wait(w->sink);
}

/* ---- files ---- */

static int append_file(struct trace_writer *w, const struct trace_file *f)
{
	int r = begin_frame(w, &w->files, FRAME_FILES, w->n_files + 1, 0);

	if (!r)
		r = encode_file(&w->files->raw, f);
	if (r)
		return r;
	w->files->header.records++;
	return 0;
}

static int add_new_file(struct trace_writer *w, int fd, const char *path, struct stat *st,
			uint32_t *ret)
{
	uint32_t id = w->n_files + 1;
	struct trace_file f = {
		.dev = st->st_dev,
		.ino = st->st_ino,
		.mtime_ns = store_mtime_ns(st),
		.path = (char *)path,
	};
	struct file_key key;
	int r = store_file(w->store_fd, id, fd, st, &f);

	if (r)
		return fail_errno(r, "trace %s: storing %s as files/%" PRIu32, w->dir, path, id);
	key = file_key_of(st);
	r = file_index_add(&w->index, &key, id);
	if (!r)
		r = append_file(w, &f);
	if (r)
		return r;
	if (f.how == TRACE_FILE_COPY)
		w->stored_bytes += f.bytes;
	*ret = w->n_files = id;
	return 0;
}

int trace_add_file(struct trace_writer *w, int fd, const char *path, uint32_t *ret)
{
	struct file_key key;
	struct stat st;
	uint32_t id;

	if (fstat(fd, &st) < 0)
		return fail_errno(-errno, "trace %s: storing %s", w->dir, path);
	if (!S_ISREG(st.st_mode))
		return fail(-EINVAL, "trace %s: storing %s: not a regular file", w->dir, path);
	key = file_key_of(&st);
	id = file_index_find(&w->index, &key);
	if (!id)
		return add_new_file(w, fd, path, &st, ret);
	*ret = id;
	return 0;
}

uint64_t trace_bytes_written(const struct trace_writer *w)
{
	return w->stored_bytes + sink_bytes(w->sink);
}

/* ---- beginning and end ---- */

static void drop_frame(struct sink_frame *f)
{
	if (!f)
		return;
	buf_deinit(&f->raw);
	free(f);
}

static void writer_free(struct trace_writer *w)
{
	drop_frame(w->events);
	drop_frame(w->files);
	deltas_deinit(&w->deltas);
	file_index_deinit(&w->index);
	if (w->store_fd >= 0)
		close(w->store_fd);
	if (w->dirfd >= 0)
		close(w->dirfd);
	free(w->dir);
	free(w);
}

int trace_writer_close(struct trace_writer *w)
{
	int r = push_all(w), c = sink_close(w->sink);

	writer_free(w);
	return c ? c : r;
}

static int write_text(int fd, const struct buf *text)
{
	for (size_t at = 0; at < text->len;) {
		ssize_t n = write(fd, text->data + at, text->len - at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n ? -errno : -EIO;
		at += (size_t)n;
	}
	return 0;
}

/* The file gets its name when it is complete. */
static int write_header(struct trace_writer *w, const struct trace_header *h)
{
	const char *partial = HEADER_FILE ".new";
	cleanup_with(buf_deinit) struct buf text = { 0 };
	cleanup_close int fd = -1;
	int r = trace_header_json(h, &text);

	if (r)
		return r;
	fd = openat(w->dirfd, partial, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	r = fd < 0 ? -errno : write_text(fd, &text);
	if (!r && renameat(w->dirfd, partial, w->dirfd, HEADER_FILE) < 0)
		r = -errno;
	if (r)
		return fail_errno(r, "trace %s: writing " HEADER_FILE, w->dir);
	w->stored_bytes += text.len;
	return 0;
}

static int make_dirs(struct trace_writer *w)
{
	if (mkdir(w->dir, 0700) < 0)
		return fail_errno(-errno, "making trace directory %s", w->dir);
	w->dirfd = open(w->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (w->dirfd < 0)
		return fail_errno(-errno, "opening trace directory %s", w->dir);
	if (mkdirat(w->dirfd, STORE_DIR, 0700) < 0)
		return fail_errno(-errno, "making %s/" STORE_DIR, w->dir);
	w->store_fd = openat(w->dirfd, STORE_DIR, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (w->store_fd < 0)
		return fail_errno(-errno, "opening %s/" STORE_DIR, w->dir);
	return 0;
}

static int set_up(struct trace_writer *w, const struct trace_header *header,
		  const struct trace_writer_options *options)
{
	struct trace_header h = *header;
	struct sink_options sink = {
		.trace = w->dir,
		.level = options->level,
		.cpu_avoid = options->cpu_avoid,
		.max_queue_bytes = options->max_queue_bytes,
	};
	int r = make_dirs(w);

	if (!r && !h.uuid[0])
		r = header_new_uuid(h.uuid);
	if (!r)
		r = write_header(w, &h);
	if (r)
		return r;
	sink.dirfd = w->dirfd;
	sink.seed = frame_seed(h.uuid);
	return sink_create(&sink, &w->sink);
}

/* What was made before something failed. */
static void remove_beginning(struct trace_writer *w)
{
	if (w->dirfd < 0)
		return;
	unlinkat(w->dirfd, HEADER_FILE ".new", 0);
	unlinkat(w->dirfd, HEADER_FILE, 0);
	unlinkat(w->dirfd, frame_stream_file(FRAME_EVENTS), 0);
	unlinkat(w->dirfd, frame_stream_file(FRAME_FILES), 0);
	unlinkat(w->dirfd, STORE_DIR, AT_REMOVEDIR);
	rmdir(w->dir);
}

int trace_create(const char *dir, const struct trace_header *header,
		 const struct trace_writer_options *options, struct trace_writer **ret)
{
	static const struct trace_writer_options defaults = { .cpu_avoid = -1 };
	struct trace_writer *w = calloc(1, sizeof(*w));
	int r;

	if (!w)
		return -ENOMEM;
	w->dirfd = w->store_fd = -1;
	w->dir = strdup(dir);
	r = w->dir ? set_up(w, header, options ? options : &defaults) : -ENOMEM;
	if (r) {
		remove_beginning(w);
		writer_free(w);
		return r;
	}
	*ret = w;
	return 0;
}
