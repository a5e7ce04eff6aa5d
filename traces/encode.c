// SPDX-License-Identifier: MIT
/*
 * One put_ function for each codec of event_fields.def. An encoder remembers
 * the first failure and ignores what follows, so the rows need no checks.
 */
#include "traces/encode.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "traces/check.h"

#define VARINT_MAX 10

struct encoder {
	struct buf *out;
	int error;
	struct deltas *deltas;
	struct delta *task;	 /* of the event being encoded */
	const struct regs *base; /* what its next registers are relative to */
	const struct event *e;
	const struct event_space *space; /* whose mappings come */
};

static_assert(sizeof(struct regs) == 27 * 8, "struct regs is 27 words");

static inline uint8_t *room(struct encoder *c, size_t n)
{
	struct buf *b = c->out;

	if (c->error)
		return NULL;
	if (__builtin_expect(b->cap - b->len < n, 0)) {
		c->error = buf_reserve(b, n);
		if (c->error)
			return NULL;
	}
	return b->data + b->len;
}

static inline void put_uvar(struct encoder *c, uint64_t v)
{
	uint8_t *p = room(c, VARINT_MAX), *q = p;

	if (!p)
		return;
	for (; v >= 0x80; v >>= 7)
		*q++ = (uint8_t)(v | 0x80);
	*q++ = (uint8_t)v;
	c->out->len += (size_t)(q - p);
}

/* Small numbers of either sign become small: 0, -1, 1, -2 ... as 0, 1, 2, 3. */
static inline void put_svar(struct encoder *c, int64_t v)
{
	put_uvar(c, ((uint64_t)v << 1) ^ (uint64_t)(v >> 63));
}

static void put_raw(struct encoder *c, const void *data, size_t n)
{
	uint8_t *p = room(c, n);

	if (!p || !n)
		return;
	memcpy(p, data, n);
	c->out->len += n;
}

static inline void put_u32(struct encoder *c, const uint32_t *v)
{
	put_uvar(c, *v);
}

static inline void put_u64(struct encoder *c, const uint64_t *v)
{
	put_uvar(c, *v);
}

static inline void put_i32(struct encoder *c, const int32_t *v)
{
	put_svar(c, *v);
}

static inline void put_i64(struct encoder *c, const int64_t *v)
{
	put_svar(c, *v);
}

static inline void put_flag(struct encoder *c, const bool *v)
{
	put_uvar(c, *v);
}

static void put_fixed64(struct encoder *c, const uint64_t *v)
{
	uint64_t le = htole64(*v);

	put_raw(c, &le, sizeof(le));
}

static void put_bytes(struct encoder *c, const struct buf *b)
{
	put_uvar(c, b->len);
	put_raw(c, b->data, b->len);
}

static void put_string(struct encoder *c, char *const *s)
{
	size_t n = *s ? strlen(*s) : 0;

	put_uvar(c, *s ? n + 1 : 0);
	put_raw(c, *s, n);
}

static void put_siginfo(struct encoder *c, const uint8_t (*v)[128])
{
	put_raw(c, *v, sizeof(*v));
}

static void put_disposition(struct encoder *c, const enum event_disposition *v)
{
	put_uvar(c, (uint64_t)*v);
}

static void put_how(struct encoder *c, const enum trace_file_how *v)
{
	put_uvar(c, (uint64_t)*v);
}

static void put_zones(struct encoder *c, const taddr_t (*v)[4][2])
{
	for (size_t i = 0; i < 4; i++) {
		put_uvar(c, (*v)[i][0]);
		put_uvar(c, (*v)[i][1]);
	}
}

static void put_owner(struct encoder *c, const pid_t *tid)
{
	put_svar(c, *tid);
	if (!c->error)
		c->error = deltas_task(c->deltas, *tid, &c->task);
	if (!c->error)
		c->base = &c->task->regs;
}

static void put_time(struct encoder *c, const uint64_t *v)
{
	put_svar(c, (int64_t)(*v - c->deltas->time_ns));
}

static void put_ticks(struct encoder *c, const ticks_t *v)
{
	if (!c->error)
		put_svar(c, (int64_t)(*v - c->task->ticks));
}

/* Which words differ from base, then how much each of them differs. */
static void put_words(struct encoder *c, const struct regs *v, const struct regs *base)
{
	const uint64_t *now = (const uint64_t *)v;
	const uint64_t *was = (const uint64_t *)base;
	uint32_t mask = 0;

	for (unsigned int i = 0; i < 27; i++)
		mask |= (uint32_t)(now[i] != was[i]) << i;
	put_uvar(c, mask);
	for (; mask; mask &= mask - 1) {
		unsigned int i = (unsigned int)__builtin_ctz(mask);

		put_svar(c, (int64_t)(now[i] - was[i]));
	}
}

/* The first registers of an event are relative to those after the task's
 * previous event, the second ones to the first. */
static void put_regs(struct encoder *c, const struct regs *v)
{
	if (!c->error)
		put_words(c, v, c->base);
	c->base = v;
}

static void put_all_regs(struct encoder *c, const struct regs *v)
{
	static const struct regs zero;

	put_words(c, v, &zero);
}

static void put_mapping(struct encoder *c, const struct event_mapping *m)
{
#define MAPPING_FIELD(codec, member) put_##codec(c, &m->member);
#include "traces/event_fields.def"
}

static void put_mappings(struct encoder *c, struct event_mapping *const *v)
{
	put_uvar(c, c->space->n_mappings);
	for (size_t i = 0; i < c->space->n_mappings; i++)
		put_mapping(c, &(*v)[i]);
}

static void put_space(struct encoder *c, const struct event_space *s)
{
	c->space = s;
#define SPACE_FIELD(codec, member) put_##codec(c, &s->member);
#include "traces/event_fields.def"
}

static void put_spaces(struct encoder *c, struct event_space *const *v)
{
	put_uvar(c, c->e->n_spaces);
	for (size_t i = 0; i < c->e->n_spaces; i++)
		put_space(c, &(*v)[i]);
}

static void put_task(struct encoder *c, const struct event_task *t)
{
#define TASK_FIELD(codec, member) put_##codec(c, &t->member);
#include "traces/event_fields.def"
}

static void put_tasks(struct encoder *c, struct event_task *const *v)
{
	put_uvar(c, c->e->n_tasks);
	for (size_t i = 0; i < c->e->n_tasks; i++)
		put_task(c, &(*v)[i]);
}

/* From the tracee straight into the frame. */
static void put_later(struct encoder *c, const struct event_write *w)
{
	uint8_t *p = room(c, w->size);

	if (!p)
		return;
	if (c->e->source(c->e->source_ctx, w->addr, p, w->size) == w->size)
		c->out->len += w->size;
	else
		c->error = -EFAULT;
}

/* Addresses are relative to the end of the previous write. */
static void put_writes(struct encoder *c, struct event_write *const *v)
{
	taddr_t end = 0;

	put_uvar(c, c->e->n_writes);
	for (size_t i = 0; i < c->e->n_writes; i++) {
		const struct event_write *w = &(*v)[i];

		put_svar(c, (int64_t)(w->addr - end));
		put_uvar(c, w->size);
		if (w->data_offset == EVENT_LATER)
			put_later(c, w);
		else if (w->size)
			put_raw(c, c->e->data.data + w->data_offset, w->size);
		end = w->addr + w->size;
	}
}

static void put_event(struct encoder *c, const struct event *e)
{
	put_uvar(c, (uint64_t)e->kind);
#define EVENT_FIELD(kinds, flag, codec, member)                                                    \
	if (((kinds) >> e->kind & 1) && (!(flag) || (e->flags & (flag))))                          \
		put_##codec(c, &e->member);
#include "traces/event_fields.def"
}

int encode_event(struct buf *out, struct deltas *deltas, uint32_t n_files, const struct event *e)
{
	struct encoder c = { .out = out, .deltas = deltas, .e = e };
	const char *why = event_check(e, n_files);
	size_t before = out->len;

	if (why)
		return fail(-EINVAL, "%s event: %s", event_kind_name(e->kind), why);
	put_event(&c, e);
	if (c.error) {
		out->len = before;
		return c.error;
	}
	deltas_commit(deltas, c.task, e);
	return 0;
}

int encode_file(struct buf *out, const struct trace_file *f)
{
	struct encoder c = { .out = out };
	size_t before = out->len;

#define FILE_FIELD(codec, member) put_##codec(&c, &f->member);
#include "traces/event_fields.def"
	if (c.error)
		out->len = before;
	return c.error;
}
