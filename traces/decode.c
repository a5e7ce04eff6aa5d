// SPDX-License-Identifier: MIT
/*
 * One get_ function for each codec of event_fields.def. Each returns 0 or
 * -errno and never reads past decoder.end; what it allocates is in proportion
 * to the bytes it has read.
 */
#include "traces/decode.h"

#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "traces/check.h"

static int bad(struct decoder *d, const char *why)
{
	d->why = why;
	return -EIO;
}

static inline size_t left(const struct decoder *d)
{
	return (size_t)(d->end - d->at);
}

static inline int get_uvar(struct decoder *d, uint64_t *ret)
{
	uint64_t v = 0;

	for (unsigned int shift = 0; shift < 64; shift += 7) {
		uint8_t b;

		if (d->at == d->end)
			return bad(d, "the frame ends too early");
		b = *d->at++;
		if (shift == 63 && b > 1)
			break;
		v |= (uint64_t)(b & 0x7f) << shift;
		if (b & 0x80)
			continue;
		*ret = v;
		return 0;
	}
	return bad(d, "a number has more than 64 bits");
}

static inline int get_svar(struct decoder *d, int64_t *ret)
{
	uint64_t v = 0;
	int r = get_uvar(d, &v);

	if (!r)
		*ret = (int64_t)((v >> 1) ^ -(v & 1));
	return r;
}

/* A number of at most max. */
static int get_max(struct decoder *d, uint64_t max, uint64_t *ret)
{
	uint64_t v = 0;
	int r = get_uvar(d, &v);

	if (!r && v > max)
		r = bad(d, "a number is out of range");
	if (!r)
		*ret = v;
	return r;
}

/* A number of bytes or items, of which each takes at least one byte. */
static int get_count(struct decoder *d, uint64_t *ret)
{
	uint64_t v = 0;
	int r = get_uvar(d, &v);

	if (!r && v > left(d))
		r = bad(d, "a length exceeds the frame");
	if (!r)
		*ret = v;
	return r;
}

static int get_raw(struct decoder *d, void *ret, size_t n)
{
	if (n > left(d))
		return bad(d, "the frame ends too early");
	if (n)
		memcpy(ret, d->at, n);
	d->at += n;
	return 0;
}

static inline int get_u64(struct decoder *d, uint64_t *ret)
{
	return get_uvar(d, ret);
}

static inline int get_i64(struct decoder *d, int64_t *ret)
{
	return get_svar(d, ret);
}

static int get_u32(struct decoder *d, uint32_t *ret)
{
	uint64_t v = 0;
	int r = get_max(d, UINT32_MAX, &v);

	if (!r)
		*ret = (uint32_t)v;
	return r;
}

static int get_i32(struct decoder *d, int32_t *ret)
{
	int64_t v = 0;
	int r = get_svar(d, &v);

	if (!r && (v < INT32_MIN || v > INT32_MAX))
		r = bad(d, "a number is out of range");
	if (!r)
		*ret = (int32_t)v;
	return r;
}

static int get_flag(struct decoder *d, bool *ret)
{
	uint64_t v = 0;
	int r = get_max(d, 1, &v);

	if (!r)
		*ret = v;
	return r;
}

static int get_fixed64(struct decoder *d, uint64_t *ret)
{
	uint64_t le = 0;
	int r = get_raw(d, &le, sizeof(le));

	if (!r)
		*ret = le64toh(le);
	return r;
}

static int get_bytes(struct decoder *d, struct buf *ret)
{
	uint64_t n = 0;
	int r = get_count(d, &n);

	if (!r && n)
		r = buf_append(ret, d->at, n);
	if (!r)
		d->at += n;
	return r;
}

static int get_string(struct decoder *d, char **ret)
{
	uint64_t n = 0;
	char *s;
	int r = get_uvar(d, &n);

	if (r || !n)
		return r;
	if (--n > left(d))
		return bad(d, "a length exceeds the frame");
	if (memchr(d->at, '\0', n))
		return bad(d, "a string has a NUL inside");
	s = strndup((const char *)d->at, n);
	if (!s)
		return -ENOMEM;
	d->at += n;
	*ret = s;
	return 0;
}

static int get_siginfo(struct decoder *d, uint8_t (*ret)[128])
{
	return get_raw(d, *ret, sizeof(*ret));
}

static int get_disposition(struct decoder *d, enum event_disposition *ret)
{
	uint64_t v = 0;
	int r = get_max(d, SIGNAL_STOPS, &v);

	if (!r)
		*ret = (enum event_disposition)v;
	return r;
}

static int get_how(struct decoder *d, enum trace_file_how *ret)
{
	uint64_t v = 0;
	int r = get_max(d, TRACE_FILE_COPY, &v);

	if (!r && v < TRACE_FILE_REFLINK)
		r = bad(d, "a number is out of range");
	if (!r)
		*ret = (enum trace_file_how)v;
	return r;
}

static int get_zones(struct decoder *d, taddr_t (*ret)[4][2])
{
	int r = 0;

	for (size_t i = 0; i < 8 && !r; i++)
		r = get_uvar(d, &(*ret)[i / 2][i % 2]);
	return r;
}

static int get_owner(struct decoder *d, pid_t *ret)
{
	int r = get_i32(d, ret);

	if (!r)
		r = deltas_task(d->deltas, *ret, &d->task);
	if (r == -E2BIG)
		r = bad(d, "the frame has too many tasks");
	if (!r)
		d->base = &d->task->regs;
	return r;
}

static int get_time(struct decoder *d, uint64_t *ret)
{
	int64_t v = 0;
	int r = get_svar(d, &v);

	if (!r)
		*ret = d->deltas->time_ns + (uint64_t)v;
	return r;
}

static int get_ticks(struct decoder *d, ticks_t *ret)
{
	int64_t v = 0;
	int r = get_svar(d, &v);

	if (!r)
		*ret = d->task->ticks + (uint64_t)v;
	return r;
}

static int get_words(struct decoder *d, const struct regs *base, struct regs *ret)
{
	uint64_t *now = (uint64_t *)ret, mask = 0;
	int r = get_max(d, (1u << 27) - 1, &mask);

	*ret = *base;
	for (; mask && !r; mask &= mask - 1) {
		int64_t v = 0;

		r = get_svar(d, &v);
		now[__builtin_ctzll(mask)] += (uint64_t)v;
	}
	return r;
}

static int get_regs(struct decoder *d, struct regs *ret)
{
	int r = get_words(d, d->base, ret);

	d->base = ret;
	return r;
}

static int get_all_regs(struct decoder *d, struct regs *ret)
{
	static const struct regs zero;

	return get_words(d, &zero, ret);
}

#define GET(codec, object, name)                                                                   \
	do {                                                                                       \
		int error_ = get_##codec(d, &(object)->name);                                      \
		if (error_) {                                                                      \
			if (!d->member)                                                            \
				d->member = #name;                                                 \
			return error_;                                                             \
		}                                                                                  \
	} while (0);

static int get_mapping(struct decoder *d, struct event_mapping *m)
{
#define MAPPING_FIELD(codec, member) GET(codec, m, member)
#include "traces/event_fields.def"
	return 0;
}

static int get_all_mappings(struct decoder *d, struct event_space *s)
{
	uint64_t n = 0;
	int r = get_count(d, &n);

	while (n-- && !r) {
		struct event_mapping *m;

		r = event_add_mapping(s, &m);
		if (!r)
			r = get_mapping(d, m);
	}
	return r;
}

/* The list itself knows nothing of the object it is in. */
#define OWNER(pointer, type, member)                                                               \
	((struct type *)((char *)(pointer)-offsetof(struct type, member)))

static int get_mappings(struct decoder *d, struct event_mapping **ret)
{
	return get_all_mappings(d, OWNER(ret, event_space, mappings));
}

static int get_space(struct decoder *d, struct event_space *s)
{
#define SPACE_FIELD(codec, member) GET(codec, s, member)
#include "traces/event_fields.def"
	return 0;
}

static int get_spaces(struct decoder *d, struct event_space **ret)
{
	struct event *e = OWNER(ret, event, spaces);
	uint64_t n = 0;
	int r = get_count(d, &n);

	while (n-- && !r) {
		struct event_space *s;

		r = event_add_space(e, &s);
		if (!r)
			r = get_space(d, s);
	}
	return r;
}

static int get_task(struct decoder *d, struct event_task *t)
{
#define TASK_FIELD(codec, member) GET(codec, t, member)
#include "traces/event_fields.def"
	return 0;
}

static int get_tasks(struct decoder *d, struct event_task **ret)
{
	struct event *e = OWNER(ret, event, tasks);
	uint64_t n = 0;
	int r = get_count(d, &n);

	while (n-- && !r) {
		struct event_task *t;

		r = event_add_task(e, &t);
		if (!r)
			r = get_task(d, t);
	}
	return r;
}

static int get_write(struct decoder *d, struct event *e, taddr_t *end)
{
	uint64_t size = 0;
	int64_t distance = 0;
	uint8_t *to;
	int r = get_svar(d, &distance);

	if (!r)
		r = get_count(d, &size);
	if (!r)
		r = event_add_write(e, *end + (uint64_t)distance, size, &to);
	if (r)
		return r;
	*end += (uint64_t)distance + size;
	return get_raw(d, to, size);
}

static int get_writes(struct decoder *d, struct event_write **ret)
{
	struct event *e = OWNER(ret, event, writes);
	taddr_t end = 0;
	uint64_t n = 0;
	int r = get_count(d, &n);

	while (n-- && !r)
		r = get_write(d, e, &end);
	return r;
}

static int get_event(struct decoder *d, struct event *e)
{
	uint64_t kind = 0;
	int r = get_max(d, EVENT_KINDS - 1, &kind);

	if (r)
		return r;
	e->kind = (enum event_kind)kind;
#define EVENT_FIELD(kinds, flag, codec, member)                                                    \
	if (((kinds) >> e->kind & 1) && (!(flag) || (e->flags & (flag))))                          \
	GET(codec, e, member)
#include "traces/event_fields.def"
	return 0;
}

int decode_event(struct decoder *d, struct event *e)
{
	const char *why;
	int r;

	d->why = d->member = NULL;
	r = get_event(d, e);
	if (r)
		return r;
	why = event_check(e, d->n_files);
	if (why)
		return bad(d, why);
	e->regs_after = event_next_regs(e);
	deltas_commit(d->deltas, d->task, e);
	return 0;
}

int decode_file(struct decoder *d, struct trace_file *f)
{
	d->why = d->member = NULL;
#define FILE_FIELD(codec, member) GET(codec, f, member)
#include "traces/event_fields.def"
	if (!f->path)
		return bad(d, "a file has no name");
	return 0;
}
