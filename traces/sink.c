// SPDX-License-Identifier: MIT
#include "traces/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/log.h"
#include "common/types.h"
#include "traces/pack.h"

#define DEFAULT_QUEUE_BYTES (8u << 20)
/* Frames are used again as long as they have no more room together: fresh memory
 * costs a page fault every 4 KiB. */
#define SPARE_BYTES (16u << 20)
/* What a frame has room for at once: it is full, and then comes an event. */
#define FRAME_ROOM_BYTES (2 * FRAME_FULL_BYTES)

/* So much is in the queue before the thread is woken: waking it costs more than a frame's
 * hash. */
#define BATCH_BYTES (4 * FRAME_FULL_BYTES)

/* From so many bytes on, space is reserved for so many more at a time: that costs less
 * than finding it page by page. */
#define RESERVE_BYTES (16u << 20)

struct output {
	int fd;
	uint64_t bytes;	   /* of complete frames */
	uint64_t reserved; /* up to here it was tried to reserve space; 0: never */
};

struct sink {
	char *trace;
	int cpu_avoid;
	size_t max_queue_bytes;
	pthread_t thread;

	/* The thread's own */
	struct packer *packer;
	struct output outputs[2]; /* FRAME_EVENTS, FRAME_FILES */
	uint64_t kept_event, kept_ns;

	atomic_uint_fast64_t bytes;
	atomic_int error; /* set once, after text */
	char text[512];

	/* Under lock */
	pthread_mutex_t lock;
	pthread_cond_t work, progress;
	struct sink_frame *first, **end;
	struct sink_frame *spare;
	size_t spare_bytes;
	size_t queue_bytes; /* also of the frame being written */
	bool closing;
};

/* ---- the thread ---- */

static void keep_off(int cpu_avoid)
{
	cpu_set_t cpus;

	if (cpu_avoid < 0 || cpu_avoid >= CPU_SETSIZE)
		return;
	if (sched_getaffinity(0, sizeof(cpus), &cpus) == 0) {
		CPU_CLR((size_t)cpu_avoid, &cpus);
		if (CPU_COUNT(&cpus)) {
			sched_setaffinity(0, sizeof(cpus), &cpus);
			return;
		}
	}
	/* The recorder had bound itself to the tracee's core before it made
	 * this thread. Any other will do; if there is none, the call fails. */
	memset(&cpus, 0xff, sizeof(cpus));
	CPU_CLR((size_t)cpu_avoid, &cpus);
	if (sched_setaffinity(0, sizeof(cpus), &cpus) < 0)
		log_debug("the trace is written on the tracee's core");
}

/* Moves the first n bytes out of the pieces, as many as were written. */
static void advance(struct packed *p, size_t n)
{
	p->bytes -= n;
	for (; p->n && n >= p->pieces->iov_len; p->n--)
		n -= p->pieces++->iov_len;
	if (!p->n)
		return;
	p->pieces->iov_base = (uint8_t *)p->pieces->iov_base + n;
	p->pieces->iov_len -= n;
}

static int write_all(int fd, struct packed p, uint64_t offset)
{
	while (p.bytes) {
		int n = p.n < IOV_MAX ? (int)p.n : IOV_MAX;
		ssize_t r = pwritev(fd, p.pieces, n, (off_t)offset);

		if (r < 0 && errno == EINTR)
			continue;
		if (r <= 0)
			return r ? -errno : -EIO;
		advance(&p, (size_t)r);
		offset += (uint64_t)r;
	}
	return 0;
}

/* Not all file systems can, and a full disk is found out by write(2). */
static void reserve(struct output *o, size_t n)
{
	if (o->bytes < RESERVE_BYTES / 4 || o->bytes + n <= o->reserved)
		return;
	if (fallocate(o->fd, FALLOC_FL_KEEP_SIZE, (off_t)o->bytes, RESERVE_BYTES) < 0)
		log_debug("no space reserved for the trace: %s", strerror(errno));
	o->reserved = o->bytes + RESERVE_BYTES;
}

/* A frame is on disk as a whole, or not at all. */
static int write_frame(struct sink *s, struct sink_frame *f)
{
	struct output *o = &s->outputs[f->header.stream - FRAME_EVENTS];
	struct packed packed;
	int r = pack_frame(s->packer, &f->header, &f->raw, &packed);

	if (r)
		return r;
	reserve(o, packed.bytes);
	r = write_all(o->fd, packed, o->bytes);
	if (r) {
		if (ftruncate(o->fd, (off_t)o->bytes) < 0)
			log_debug("stream %s keeps an incomplete frame",
				  frame_stream_name(f->header.stream));
		return r;
	}
	o->bytes += packed.bytes;
	atomic_fetch_add(&s->bytes, packed.bytes);
	if (f->header.stream == FRAME_EVENTS) {
		s->kept_event = f->header.first + f->header.records - 1;
		s->kept_ns = f->header.last_ns;
	}
	return 0;
}

static void note_error(struct sink *s, int r, enum frame_stream stream)
{
	int n = snprintf(s->text, sizeof(s->text), "trace %s: writing stream %s: %s; ", s->trace,
			 frame_stream_name(stream), strerror(-r));
	size_t at = n < 0 ? 0 : (size_t)n;

	if (at >= sizeof(s->text))
		at = sizeof(s->text) - 1;
	if (s->kept_event)
		snprintf(s->text + at, sizeof(s->text) - at, "kept up to event %" PRIu64 ", %.1f s",
			 s->kept_event, (double)s->kept_ns / 1e9);
	else
		snprintf(s->text + at, sizeof(s->text) - at, "nothing is kept");
	atomic_store(&s->error, r);
}

static void recycle(struct sink *s, struct sink_frame *f)
{
	if (f->raw.cap <= SPARE_BYTES - s->spare_bytes) {
		f->next = s->spare;
		s->spare = f;
		s->spare_bytes += f->raw.cap;
		return;
	}
	buf_deinit(&f->raw);
	free(f);
}

/* The oldest frame, or NULL when the sink closes and there is none. */
static struct sink_frame *next_frame(struct sink *s)
{
	struct sink_frame *f;

	while (!s->first && !s->closing)
		pthread_cond_wait(&s->work, &s->lock);
	f = s->first;
	if (!f)
		return NULL;
	s->first = f->next;
	if (!s->first)
		s->end = &s->first;
	return f;
}

static void *sink_run(void *arg)
{
	struct sink *s = arg;
	struct sink_frame *f;

	keep_off(s->cpu_avoid);
	pthread_mutex_lock(&s->lock);
	while ((f = next_frame(s))) {
		size_t bytes = f->raw.len;

		pthread_mutex_unlock(&s->lock);
		if (!atomic_load(&s->error)) {
			int r = write_frame(s, f);

			if (r)
				note_error(s, r, f->header.stream);
		}
		pthread_mutex_lock(&s->lock);
		recycle(s, f);
		s->queue_bytes -= bytes;
		pthread_cond_broadcast(&s->progress);
	}
	pthread_mutex_unlock(&s->lock);
	return NULL;
}

/* Signals are for the recorder, which relies on where it takes them. */
static int start_thread(struct sink *s)
{
	sigset_t all, old;
	int r;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	r = pthread_create(&s->thread, NULL, sink_run, s);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return r ? fail_errno(-r, "starting the thread that writes the trace") : 0;
}

/* ---- the recorder's side ---- */

static void release(struct sink *s)
{
	for (struct sink_frame *f; (f = s->spare);) {
		s->spare = f->next;
		buf_deinit(&f->raw);
		free(f);
	}
	for (size_t i = 0; i < ARRAY_SIZE(s->outputs); i++)
		if (s->outputs[i].fd >= 0)
			close(s->outputs[i].fd);
	pthread_mutex_destroy(&s->lock);
	pthread_cond_destroy(&s->work);
	pthread_cond_destroy(&s->progress);
	packer_destroy(s->packer);
	free(s->trace);
	free(s);
}

static int make_output(struct sink *s, int dirfd, enum frame_stream stream)
{
	const char *name = frame_stream_file(stream);
	int fd = openat(dirfd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0)
		return fail_errno(-errno, "trace %s: making %s", s->trace, name);
	s->outputs[stream - FRAME_EVENTS].fd = fd;
	return 0;
}

static int set_up(struct sink *s, int dirfd)
{
	int r = make_output(s, dirfd, FRAME_EVENTS);

	if (!r)
		r = make_output(s, dirfd, FRAME_FILES);
	return r ? r : start_thread(s);
}

int sink_create(const struct sink_options *options, struct sink **ret)
{
	struct sink *s = calloc(1, sizeof(*s));
	int r;

	if (!s)
		return -ENOMEM;
	s->trace = strdup(options->trace);
	r = packer_create(options->level, options->seed, &s->packer);
	if (!s->trace)
		r = -ENOMEM;
	s->cpu_avoid = options->cpu_avoid;
	s->max_queue_bytes =
		options->max_queue_bytes ? options->max_queue_bytes : DEFAULT_QUEUE_BYTES;
	s->outputs[0].fd = s->outputs[1].fd = -1;
	s->end = &s->first;
	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->work, NULL);
	pthread_cond_init(&s->progress, NULL);
	if (!r)
		r = set_up(s, options->dirfd);
	if (r) {
		release(s);
		return r;
	}
	*ret = s;
	return 0;
}

static struct sink_frame *take_spare(struct sink *s)
{
	struct sink_frame *f;

	pthread_mutex_lock(&s->lock);
	f = s->spare;
	if (f) {
		s->spare = f->next;
		s->spare_bytes -= f->raw.cap;
	}
	pthread_mutex_unlock(&s->lock);
	return f;
}

int sink_take_frame(struct sink *s, struct sink_frame **ret)
{
	struct sink_frame *f = take_spare(s);
	int r;

	if (!f)
		f = calloc(1, sizeof(*f));
	if (!f)
		return -ENOMEM;
	f->next = NULL;
	f->header = (struct frame_header){ 0 };
	buf_clear(&f->raw);
	r = buf_reserve(&f->raw, FRAME_ROOM_BYTES);
	if (r) {
		buf_deinit(&f->raw);
		free(f);
		return r;
	}
	*ret = f;
	return 0;
}

/* One frame that is larger than the whole queue passes when it is alone. */
static bool fits(const struct sink *s, const struct sink_frame *f)
{
	return !s->queue_bytes || s->queue_bytes + f->raw.len <= s->max_queue_bytes;
}

bool sink_has_room(struct sink *s, const struct sink_frame *f)
{
	bool room;

	pthread_mutex_lock(&s->lock);
	room = fits(s, f);
	pthread_mutex_unlock(&s->lock);
	return room;
}

int sink_push(struct sink *s, struct sink_frame *f)
{
	pthread_mutex_lock(&s->lock);
	while (!fits(s, f)) {
		pthread_cond_signal(&s->work);
		pthread_cond_wait(&s->progress, &s->lock);
	}
	f->next = NULL;
	*s->end = f;
	s->end = &f->next;
	s->queue_bytes += f->raw.len;
	if (s->queue_bytes >= BATCH_BYTES)
		pthread_cond_signal(&s->work);
	pthread_mutex_unlock(&s->lock);
	return sink_error(s);
}

void sink_start(struct sink *s)
{
	pthread_mutex_lock(&s->lock);
	if (s->first)
		pthread_cond_signal(&s->work);
	pthread_mutex_unlock(&s->lock);
}

int sink_wait(struct sink *s)
{
	sink_start(s);
	pthread_mutex_lock(&s->lock);
	while (s->queue_bytes)
		pthread_cond_wait(&s->progress, &s->lock);
	pthread_mutex_unlock(&s->lock);
	return sink_error(s);
}

int sink_error(struct sink *s)
{
	int r = atomic_load(&s->error);

	return r ? fail(r, "%s", s->text) : 0;
}

uint64_t sink_bytes(const struct sink *s)
{
	return atomic_load(&s->bytes);
}

int sink_close(struct sink *s)
{
	int r;

	pthread_mutex_lock(&s->lock);
	s->closing = true;
	pthread_cond_signal(&s->work);
	pthread_mutex_unlock(&s->lock);
	pthread_join(s->thread, NULL);
	r = sink_error(s);
	for (size_t i = 0; i < ARRAY_SIZE(s->outputs); i++) {
		if (s->outputs[i].reserved &&
		    ftruncate(s->outputs[i].fd, (off_t)s->outputs[i].bytes) < 0)
			log_debug("space that was reserved for the trace stays in use");
		/* NFS and quotas tell of a full disk only here. */
		if (close(s->outputs[i].fd) < 0 && !r)
			r = fail_errno(-errno, "trace %s: closing %s", s->trace,
				       frame_stream_file(FRAME_EVENTS + i));
		s->outputs[i].fd = -1;
	}
	release(s);
	return r;
}
