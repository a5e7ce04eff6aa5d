// SPDX-License-Identifier: MIT
// Building and writing events.
#include <errno.h>
#include <string.h>
#include <time.h>

#include "common/log.h"
#include "recorder/private.h"
#include "tracee/hash.h"

/* From so many bytes on, one copy less is worth it. */
#define LATER_BYTES 2048

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

struct event *rec_event(struct recorder *r, enum event_kind kind, const struct task *t)
{
	struct event *e = &r->event;

	event_clear(e);
	e->kind = kind;
	e->tid = t->tid;
	e->ticks = t->ticks;
	e->regs = t->regs;
	e->time_ns = now_ns() - r->began_ns;
	return e;
}

size_t rec_read_task(void *ctx, taddr_t addr, void *ret, size_t len)
{
	return task_read(ctx, addr, ret, len);
}

int rec_add_memory(struct event *e, struct task *t, taddr_t addr, size_t bytes)
{
	uint8_t *to;
	size_t got;
	int r;

	if (!bytes)
		return 0;
	r = event_add_write(e, addr, bytes, &to);
	if (r)
		return r;
	got = task_read(t, addr, to, bytes);
	e->data.len -= bytes - got;
	e->writes[e->n_writes - 1].size = got;
	if (!got)
		e->n_writes--;
	return 0;
}

int rec_add_output(struct event *e, struct task *t, taddr_t addr, size_t bytes)
{
	if (bytes < LATER_BYTES)
		return rec_add_memory(e, t, addr, bytes);
	e->source = rec_read_task;
	e->source_ctx = t;
	return event_add_write_later(e, addr, bytes);
}

static bool all_zero(const uint8_t *p, size_t n)
{
	return !p[0] && !memcmp(p, p + 1, n - 1);
}

int rec_add_nonzero(struct event *e, struct task *t, taddr_t start, taddr_t end)
{
	uint8_t pages[16 * DEJA_PAGE_BYTES];
	int r = 0;

	for (taddr_t a = start; !r && a < end; a += sizeof(pages)) {
		size_t want = end - a < sizeof(pages) ? end - a : sizeof(pages);
		size_t got = task_read(t, a, pages, want), from = 0;

		/* Runs of pages with something in them become one write each. */
		while (!r && from < got) {
			size_t to;
			uint8_t *dest;

			if (all_zero(pages + from, DEJA_PAGE_BYTES)) {
				from += DEJA_PAGE_BYTES;
				continue;
			}
			for (to = from + DEJA_PAGE_BYTES;
			     to < got && !all_zero(pages + to, DEJA_PAGE_BYTES);)
				to += DEJA_PAGE_BYTES;
			r = event_add_write(e, a + from, to - from, &dest);
			if (!r)
				memcpy(dest, pages + from, to - from);
			from = to;
		}
	}
	return r;
}

static int add_hash(struct recorder *r, struct task *t, bool now)
{
	struct rec_task *rt = rec_of(t);
	ticks_t every = r->options->verify_ticks;

	if (!every || !rt || !t->space || (!now && t->ticks < rt->next_hash))
		return 0;
	rt->next_hash = t->ticks + every;
	r->event.flags |= EVENT_HASH;
	return space_hash(t, &r->event.memory_hash);
}

int rec_write_event(struct recorder *r)
{
	int err = r->error ? r->error : trace_write(r->writer, &r->event);

	if (err == -EFAULT) {
		err = event_read_source(&r->event);
		if (!err)
			err = trace_write(r->writer, &r->event);
	}
	if (err)
		r->error = err;
	else
		r->result->events = r->event.number;
	return err;
}

int rec_write(struct recorder *r, struct task *t, bool now)
{
	int err = r->error ? r->error : add_hash(r, t, now);

	if (!err)
		return rec_write_event(r);
	r->error = err;
	return err;
}
