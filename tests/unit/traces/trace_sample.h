/* SPDX-License-Identifier: MIT */
/*
 * What the tests of traces/ share: directories to write in, events of every
 * kind with every member set to something, and their comparison.
 */
#pragma once

#include <errno.h>
#include <ftw.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Before cmocka, whose fail() is a macro. */
#include "traces/trace.h"

#include <cmocka.h>

#define OK(call)                                                                                   \
	do {                                                                                       \
		int ok_ = (call);                                                                  \
		if (ok_ < 0)                                                                       \
			fail_msg("%s: %d: %s", #call, ok_, fail_text());                           \
	} while (0)

static inline int sample_remove_one(const char *path, const struct stat *st, int type,
				    struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

/* A new directory; the test removes it with sample_remove(). */
static inline char *sample_dir_in(const char *base)
{
	char *dir;

	assert_true(asprintf(&dir, "%s/deja-test-XXXXXX", base) > 0);
	assert_non_null(mkdtemp(dir));
	return dir;
}

static inline char *sample_dir(void)
{
	return sample_dir_in(access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
}

static inline void sample_remove(char *dir)
{
	nftw(dir, sample_remove_one, 16, FTW_DEPTH | FTW_PHYS);
	free(dir);
}

__attribute__((returns_nonnull)) static inline char *sample_path(const char *dir, const char *name)
{
	char *path;

	assert_true(asprintf(&path, "%s/%s", dir, name) > 0);
	return path;
}

/* ---- bytes that are the same in every run ---- */

static inline uint64_t sample_random(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

static inline void sample_fill(uint64_t *seed, void *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		((uint8_t *)p)[i] = (uint8_t)sample_random(seed);
}

static inline void sample_buf(uint64_t *seed, struct buf *b, size_t n)
{
	uint8_t *to;

	OK(buf_extend(b, n, &to));
	sample_fill(seed, to, n);
}

static inline void sample_space(uint64_t *seed, struct event_space *s, uint32_t file)
{
	sample_fill(seed, s->zones, sizeof(s->zones));
	s->brk_start = sample_random(seed);
	s->brk = sample_random(seed);
	s->exe = strdup("/usr/bin/true");
	s->interp = sample_random(seed) & 1 ? strdup("") : NULL;
	sample_buf(seed, &s->auxv, sample_random(seed) % 64);
	for (uint64_t n = sample_random(seed) % 6; n; n--) {
		struct event_mapping *m;

		OK(event_add_mapping(s, &m));
		sample_fill(seed, m, sizeof(*m));
		m->end = m->start | 4095;
		m->flags &= ~(uint32_t)MAPPING_FILE;
		if (file) {
			m->flags |= MAPPING_FILE;
			m->file = file;
		}
		m->name = sample_random(seed) & 1 ? strdup("[heap] \xff") : NULL;
	}
}

static inline void sample_task(uint64_t *seed, struct event_task *t)
{
	sample_fill(seed, t, offsetof(struct event_task, xstate));
	t->space = 0;
	sample_buf(seed, &t->xstate, sample_random(seed) % 200);
}

static inline void sample_writes(uint64_t *seed, struct event *e)
{
	for (uint64_t n = sample_random(seed) % 4; n; n--) {
		size_t bytes = sample_random(seed) % 50;
		uint8_t *to;

		OK(event_add_write(e, sample_random(seed) >> 1, bytes, &to));
		sample_fill(seed, to, bytes);
	}
}

/* Makes e an event of this kind. file: an id that it names, or 0. */
static inline void sample_event(uint64_t *seed, struct event *e, enum event_kind kind,
				uint32_t file)
{
	event_clear(e);
	e->kind = kind;
	e->flags = (uint32_t)sample_random(seed) & 1023;
	e->tid = 1000 + (pid_t)(sample_random(seed) % 3);
	e->ticks = sample_random(seed) % 100000;
	e->time_ns = sample_random(seed) % 1000000000;
	sample_fill(seed, &e->regs, sizeof(e->regs));
	e->regs_after = e->regs;
	if (e->flags & EVENT_AFTER)
		sample_fill(seed, &e->regs_after, sizeof(e->regs_after));
	if (e->flags & EVENT_HASH)
		e->memory_hash = sample_random(seed);
	if (e->flags & EVENT_XSTATE)
		sample_buf(seed, &e->xstate, sample_random(seed) % 300);
	if (kind == EVENT_SYSCALL || kind == EVENT_SYSCALL_ENTER || kind == EVENT_EXIT)
		e->nr = (int32_t)sample_random(seed);
	if (kind == EVENT_SYSCALL_ENTER)
		e->new_tid = (pid_t)sample_random(seed);
	if (kind == EVENT_SYSCALL) {
		e->result = (int64_t)sample_random(seed);
		if (!(e->flags & EVENT_AFTER))
			e->regs_after.rax = (uint64_t)e->result;
	}
	if (kind == EVENT_SIGNAL) {
		e->signo = 11;
		sample_fill(seed, e->siginfo, sizeof(e->siginfo));
		e->disposition = SIGNAL_HANDLED + sample_random(seed) % 4;
	}
	if (kind == EVENT_INSN)
		e->insn = (int32_t)sample_random(seed);
	if (kind == EVENT_EXIT || kind == EVENT_END)
		e->status = (int32_t)sample_random(seed);
	for (uint64_t n = sample_random(seed) % 3; n; n--) {
		struct event_space *s;

		OK(event_add_space(e, &s));
		sample_space(seed, s, file);
	}
	for (uint64_t n = e->n_spaces ? sample_random(seed) % 4 : 0; n; n--) {
		struct event_task *t;

		OK(event_add_task(e, &t));
		sample_task(seed, t);
	}
	sample_writes(seed, e);
}

/* ---- comparison ---- */

#define RETURN_IF(differs, member)                                                                 \
	do {                                                                                       \
		if (differs)                                                                       \
			return #member;                                                            \
	} while (0)
#define SAME(member)	   RETURN_IF(a->member != b->member, member)
#define SAME_BYTES(member) RETURN_IF(memcmp(&a->member, &b->member, sizeof(a->member)) != 0, member)
#define SAME_BUF(member)                                                                           \
	RETURN_IF(a->member.len != b->member.len ||                                                \
			  (a->member.len &&                                                        \
			   memcmp(a->member.data, b->member.data, a->member.len) != 0),            \
		  member)
#define SAME_STRING(member)                                                                        \
	RETURN_IF(!a->member != !b->member || (a->member && strcmp(a->member, b->member) != 0),    \
		  member)

static inline const char *mapping_difference(const struct event_mapping *a,
					     const struct event_mapping *b)
{
	SAME(start);
	SAME(end);
	SAME(prot);
	SAME(flags);
	SAME(file);
	SAME(offset);
	SAME(dev);
	SAME(ino);
	SAME_STRING(name);
	return NULL;
}

static inline const char *space_difference(const struct event_space *a, const struct event_space *b)
{
	const char *d = NULL;

	SAME(n_mappings);
	SAME(brk_start);
	SAME(brk);
	SAME_BYTES(zones);
	SAME_STRING(exe);
	SAME_STRING(interp);
	SAME_BUF(auxv);
	for (size_t i = 0; i < a->n_mappings && !d; i++)
		d = mapping_difference(&a->mappings[i], &b->mappings[i]);
	return d;
}

static inline const char *task_difference(const struct event_task *a, const struct event_task *b)
{
	SAME(tid);
	SAME(tgid);
	SAME(ppid);
	SAME(pgid);
	SAME(sid);
	SAME(space);
	SAME(ticks);
	SAME_BYTES(regs);
	SAME(sigmask);
	SAME_BUF(xstate);
	return NULL;
}

/* NULL, or the name of a member that differs. */
static inline const char *event_difference(const struct event *a, const struct event *b)
{
	const char *d = NULL;

	SAME(kind);
	SAME(flags);
	SAME(number);
	SAME(tid);
	SAME(ticks);
	SAME(time_ns);
	SAME_BYTES(regs);
	SAME_BYTES(regs_after);
	SAME(nr);
	SAME(result);
	SAME(new_tid);
	SAME(signo);
	SAME_BYTES(siginfo);
	SAME(disposition);
	SAME(insn);
	SAME(status);
	SAME(memory_hash);
	SAME_BUF(xstate);
	SAME(n_spaces);
	SAME(n_tasks);
	SAME(n_writes);
	for (size_t i = 0; i < a->n_writes; i++) {
		SAME(writes[i].addr);
		SAME(writes[i].size);
		if (memcmp(a->data.data + a->writes[i].data_offset,
			   b->data.data + b->writes[i].data_offset, a->writes[i].size) != 0)
			return "data";
	}
	for (size_t i = 0; i < a->n_spaces && !d; i++)
		d = space_difference(&a->spaces[i], &b->spaces[i]);
	for (size_t i = 0; i < a->n_tasks && !d; i++)
		d = task_difference(&a->tasks[i], &b->tasks[i]);
	return d;
}

/* ---- traces ---- */

static inline struct trace_writer *sample_create(const char *dir)
{
	struct trace_header h = { .uuid = "01234567-89ab-cdef-0123-456789abcdef" };
	struct trace_writer *w;

	OK(trace_create(dir, &h, NULL, &w));
	return w;
}

/* The kind of event i of a sample trace: all of them in turn, END last. */
static inline enum event_kind sample_kind(event_t i, event_t n)
{
	return i == n ? EVENT_END : EVENT_KEYFRAME + (i - 1) % (EVENT_END - 1);
}

/* Writes the sample trace of n events, flushing after each flush_every. */
static inline void sample_write(const char *dir, event_t n, event_t flush_every)
{
	struct trace_writer *w = sample_create(dir);
	struct event e = { 0 };
	uint64_t seed = 88172645463325252u;

	for (event_t i = 1; i <= n; i++) {
		sample_event(&seed, &e, sample_kind(i, n), 0);
		OK(trace_write(w, &e));
		assert_int_equal(e.number, i);
		if (flush_every && i % flush_every == 0)
			OK(trace_flush(w));
	}
	event_deinit(&e);
	OK(trace_writer_close(w));
}

/* Reads on from event first of a sample trace of n events; each must be as it
 * was written. Returns what ended it: 0 or -errno. *ret: the last event read. */
static inline int sample_check(struct trace_reader *r, event_t n, event_t *ret)
{
	uint64_t seed = 88172645463325252u;
	struct event expected = { 0 }, e = { 0 };
	event_t i = 0;
	int s;

	while ((s = trace_read(r, &e)) == 1) {
		const char *d;

		sample_event(&seed, &expected, sample_kind(++i, n), 0);
		expected.number = i;
		d = event_difference(&expected, &e);
		if (d)
			fail_msg("event %" PRIu64 ": %s differs", i, d);
	}
	event_deinit(&expected);
	event_deinit(&e);
	*ret = i;
	return s;
}
