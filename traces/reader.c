// SPDX-License-Identifier: MIT
/*
 * Reading a trace. The reader stands before one event (r->next). What it needs
 * for that (the frame unpacked, the events before it in the frame decoded) is
 * made when the event is asked for, so seeking is only naming another one, and
 * an event that could not be read fails again in the same way.
 */
#include "traces/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/cleanup.h"
#include "traces/decode.h"
#include "traces/header.h"
#include "traces/store.h"
#include "traces/stream.h"

#define HEADER_MAX_BYTES (64u << 20)

struct trace_reader {
	char *dir;
	int dirfd, store_fd; /* -1: none */
	struct trace_header header;
	struct stream events, files;
	struct trace_file *table; /* owned; of the stream files */
	uint32_t n_files, cap_files;
	char *cut_off; /* owned; NULL: the recording ended in order */

	event_t next;	 /* the event trace_read() gives */
	event_t decoded; /* the next one the decoder comes to; 0: none */
	size_t frame;	 /* the one in the decoder */
	struct decoder decoder;
	struct deltas deltas;
	struct event skipped;
};

/* ---- events ---- */

static int bad_event(struct trace_reader *r, const char *why, const char *member)
{
	const struct stream_frame *f = &r->events.frames[r->frame];

	return fail(-EIO,
		    "trace %s: stream events: frame %zu at offset %" PRIu64 ": event %" PRIu64
		    ": %s%s%s",
		    r->dir, r->frame, f->offset, r->decoded, member ? member : "",
		    member ? ": " : "", why);
}

static int start_frame(struct trace_reader *r, size_t i)
{
	int s;

	r->decoded = 0;
	s = stream_load(&r->events, i);
	if (s)
		return s;
	r->frame = i;
	r->decoder = (struct decoder){
		.at = r->events.raw.data,
		.end = r->events.raw.data + r->events.raw.len,
		.deltas = &r->deltas,
		.n_files = r->n_files,
	};
	deltas_reset(&r->deltas, r->events.frames[i].header.first_ns);
	r->decoded = r->events.frames[i].header.first;
	return 0;
}

static event_t frame_last(const struct trace_reader *r)
{
	const struct frame_header *h = &r->events.frames[r->frame].header;

	return h->first + h->records - 1;
}

/* What the frame's header says of it must hold for its last event. */
static const char *check_last(const struct trace_reader *r, const struct event *e)
{
	const struct frame_header *h = &r->events.frames[r->frame].header;

	if (r->decoder.at != r->decoder.end)
		return "the frame has bytes behind its last event";
	if (e->time_ns != h->last_ns)
		return "the frame's header has another time for its last event";
	if (!(h->flags & FRAME_END) != (e->kind != EVENT_END))
		return "the frame's header is wrong about the end of the recording";
	return NULL;
}

/* What it says must hold for any of its events. */
static const char *check_any(const struct trace_reader *r, const struct event *e)
{
	const struct frame_header *h = &r->events.frames[r->frame].header;

	if (e->kind == EVENT_KEYFRAME && !(h->flags & FRAME_KEYFRAME))
		return "the frame's header knows no keyframe";
	if (r->decoded == frame_last(r))
		return check_last(r, e);
	return e->kind == EVENT_END ? "it is the end of the recording, and others follow" : NULL;
}

static int decode_next(struct trace_reader *r, struct event *e)
{
	const char *why;
	int s;

	event_clear(e);
	s = decode_event(&r->decoder, e);
	if (s == -EIO)
		s = bad_event(r, r->decoder.why, r->decoder.member);
	if (s)
		return s;
	why = check_any(r, e);
	if (why)
		return bad_event(r, why, NULL);
	e->number = r->decoded++;
	return 0;
}

/* Brings the decoder to r->next, which exists. */
static int approach(struct trace_reader *r)
{
	int s = 0;

	if (!r->decoded || r->next < r->decoded || r->next > frame_last(r))
		s = start_frame(r, stream_find(&r->events, r->next));
	while (!s && r->decoded < r->next)
		s = decode_next(r, &r->skipped);
	return s;
}

int trace_read(struct trace_reader *r, struct event *e)
{
	int s;

	event_clear(e);
	if (r->next > stream_last(&r->events))
		return r->events.damage ? fail(-EIO, "%s", r->events.damage) : 0;
	s = approach(r);
	if (!s)
		s = decode_next(r, e);
	if (s) {
		r->decoded = 0;
		event_clear(e);
		return s;
	}
	r->next++;
	return 1;
}

int trace_seek(struct trace_reader *r, event_t n)
{
	event_t last = stream_last(&r->events);

	if (!n || n > last)
		return fail(-ERANGE, "trace %s has no event %" PRIu64 "; its last one is %" PRIu64,
			    r->dir, n, last);
	r->next = n;
	return 0;
}

event_t trace_last_event(const struct trace_reader *r)
{
	return stream_last(&r->events);
}

const char *trace_cut_off(const struct trace_reader *r)
{
	return r->cut_off;
}

const struct trace_header *trace_reader_header(const struct trace_reader *r)
{
	return &r->header;
}

/* ---- stored files ---- */

uint32_t trace_file_count(const struct trace_reader *r)
{
	return r->n_files;
}

const struct trace_file *trace_file_info(const struct trace_reader *r, uint32_t id)
{
	return id && id <= r->n_files ? &r->table[id - 1] : NULL;
}

const char *trace_file_name(const struct trace_reader *r, uint32_t id)
{
	const struct trace_file *f = trace_file_info(r, id);

	return f ? f->path : NULL;
}

int trace_open_file(struct trace_reader *r, uint32_t id, int *ret)
{
	const struct trace_file *f = trace_file_info(r, id);

	if (!f || r->store_fd < 0)
		return fail(-ENOENT, "trace %s has no file %" PRIu32, r->dir, id);
	return store_open(r->dir, r->store_fd, id, f, ret);
}

static int add_file(struct trace_reader *r, struct decoder *d)
{
	struct trace_file *f;
	int s;

	if (r->n_files == r->cap_files) {
		uint32_t cap = r->cap_files ? r->cap_files * 2 : 16;
		void *p = cap > r->cap_files ? reallocarray(r->table, cap, sizeof(*f)) : NULL;

		if (!p)
			return -ENOMEM;
		r->table = p;
		r->cap_files = cap;
	}
	f = &r->table[r->n_files];
	*f = (struct trace_file){ 0 };
	s = decode_file(d, f);
	if (s)
		free(f->path);
	else
		r->n_files++;
	return s;
}

static int read_files_frame(struct trace_reader *r, size_t i)
{
	const struct frame_header *h = &r->files.frames[i].header;
	struct decoder d = { 0 };
	int s = stream_load(&r->files, i);

	if (s)
		return s;
	d.at = r->files.raw.data;
	d.end = d.at + r->files.raw.len;
	for (uint32_t n = 0; n < h->records && !s; n++)
		s = add_file(r, &d);
	if (!s && d.at != d.end)
		return stream_fail(&r->files, i, "bytes behind its last file");
	return s == -EIO ? stream_fail(&r->files, i, d.why) : s;
}

static int read_files(struct trace_reader *r)
{
	int s = stream_index(&r->files);

	if (!s && r->files.damage)
		s = fail(-EIO, "%s", r->files.damage);
	for (size_t i = 0; i < r->files.n && !s; i++)
		s = read_files_frame(r, i);
	return s;
}

/* ---- opening ---- */

/* In which words a stream that has no end is told of. */
static int describe_cut(struct trace_reader *r)
{
	const struct stream *s = &r->events;
	const struct frame_header *h = s->n ? &s->frames[s->n - 1].header : NULL;
	char incomplete[96] = "";
	int n;

	if (s->damage)
		return (r->cut_off = strdup(s->damage)) ? 0 : -ENOMEM;
	if (h && (h->flags & FRAME_END) && !s->cut_bytes)
		return 0;
	if (s->cut_bytes)
		snprintf(incomplete, sizeof(incomplete),
			 "; %" PRIu64 " bytes of an incomplete frame follow", s->cut_bytes);
	if (h)
		n = asprintf(&r->cut_off,
			     "the recorder was killed or could not go on: the last complete frame "
			     "ends at event %" PRIu64 ", %.1f s%s",
			     stream_last(s), (double)h->last_ns / 1e9, incomplete);
	else
		n = asprintf(&r->cut_off,
			     "the recorder was killed or could not go on before it had written an "
			     "event%s",
			     incomplete);
	if (n >= 0)
		return 0;
	r->cut_off = NULL;
	return -ENOMEM;
}

static int read_streams(struct trace_reader *r)
{
	int s = stream_index(&r->events);

	if (!s && r->events.damage && !r->events.n)
		s = fail(-EIO, "%s", r->events.damage);
	if (!s)
		s = read_files(r);
	if (!s)
		s = describe_cut(r);
	r->next = 1;
	return s;
}

/* A regular file of the trace, without following links. */
static int open_part(const struct trace_reader *r, const char *name, int *ret, uint64_t *bytes)
{
	cleanup_close int fd =
		openat(r->dirfd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return fail_errno(-errno, "trace %s: opening %s", r->dir, name);
	if (!S_ISREG(st.st_mode))
		return fail(-EIO, "trace %s: %s is not a regular file", r->dir, name);
	*bytes = (uint64_t)st.st_size;
	*ret = fd;
	fd = -1;
	return 0;
}

static int read_header(struct trace_reader *r)
{
	cleanup_with(buf_deinit) struct buf text = { 0 };
	cleanup_close int fd = -1;
	uint64_t bytes = 0;
	int s = open_part(r, HEADER_FILE, &fd, &bytes);

	if (s)
		return s;
	if (bytes > HEADER_MAX_BYTES)
		return fail(-EIO, "trace %s: " HEADER_FILE " is too large", r->dir);
	s = buf_reserve(&text, bytes);
	if (s)
		return s;
	while (text.len < bytes) {
		ssize_t n = read(fd, text.data + text.len, bytes - text.len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fail_errno(-errno, "trace %s: reading " HEADER_FILE, r->dir);
		if (!n)
			break;
		text.len += (size_t)n;
	}
	return header_parse(r->dir, text.data, text.len, true, &r->header);
}

static int open_stream(struct trace_reader *r, enum frame_stream kind, struct stream *s)
{
	s->kind = kind;
	s->trace = r->dir;
	s->seed = frame_seed(r->header.uuid);
	s->check_hashes = true;
	s->raw_max = FRAME_RAW_MAX;
	return open_part(r, frame_stream_file(kind), &s->source.fd, &s->source.bytes);
}

static int open_dirs(struct trace_reader *r)
{
	r->dirfd = open(r->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (r->dirfd < 0)
		return fail_errno(-errno, "opening trace %s", r->dir);
	if (faccessat(r->dirfd, HEADER_FILE, F_OK, AT_SYMLINK_NOFOLLOW) < 0)
		return fail(-ENOENT, "%s is not a trace: it has no " HEADER_FILE, r->dir);
	r->store_fd = openat(r->dirfd, STORE_DIR, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (r->store_fd < 0)
		return fail_errno(-errno, "trace %s: opening " STORE_DIR, r->dir);
	return 0;
}

static struct trace_reader *reader_new(const char *dir)
{
	struct trace_reader *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	r->dirfd = r->store_fd = -1;
	r->events.source.fd = r->files.source.fd = -1;
	r->dir = strdup(dir);
	if (r->dir)
		return r;
	free(r);
	return NULL;
}

int trace_open(const char *dir, struct trace_reader **ret)
{
	struct trace_reader *r = reader_new(dir);
	int s;

	if (!r)
		return -ENOMEM;
	s = open_dirs(r);
	if (!s)
		s = read_header(r);
	if (!s)
		s = open_stream(r, FRAME_EVENTS, &r->events);
	if (!s)
		s = open_stream(r, FRAME_FILES, &r->files);
	if (!s)
		s = read_streams(r);
	if (s)
		trace_reader_close(r);
	else
		*ret = r;
	return s;
}

static void memory_stream(const struct trace_reader *r, const struct reader_memory *m,
			  enum frame_stream kind, struct stream *s)
{
	s->kind = kind;
	s->trace = r->dir;
	s->seed = frame_seed(m->uuid);
	s->check_hashes = m->check_hashes;
	s->raw_max = m->raw_max;
	s->source.memory = kind == FRAME_EVENTS ? m->events : m->files;
	s->source.bytes = kind == FRAME_EVENTS ? m->events_bytes : m->files_bytes;
}

int reader_open_memory(const struct reader_memory *m, struct trace_reader **ret)
{
	struct trace_reader *r = reader_new("(memory)");
	int s;

	if (!r)
		return -ENOMEM;
	memory_stream(r, m, FRAME_EVENTS, &r->events);
	memory_stream(r, m, FRAME_FILES, &r->files);
	s = read_streams(r);
	if (s)
		trace_reader_close(r);
	else
		*ret = r;
	return s;
}

static void close_stream(struct stream *s)
{
	if (s->source.fd >= 0)
		close(s->source.fd);
	stream_deinit(s);
}

void trace_reader_close(struct trace_reader *r)
{
	if (!r)
		return;
	for (uint32_t i = 0; i < r->n_files; i++)
		free(r->table[i].path);
	free(r->table);
	close_stream(&r->events);
	close_stream(&r->files);
	event_deinit(&r->skipped);
	deltas_deinit(&r->deltas);
	trace_header_deinit(&r->header);
	if (r->store_fd >= 0)
		close(r->store_fd);
	if (r->dirfd >= 0)
		close(r->dirfd);
	free(r->cut_off);
	free(r->dir);
	free(r);
}
