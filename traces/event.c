// SPDX-License-Identifier: MIT
/* Events in memory: growing and releasing what they own. */
#include "traces/event.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define KEPT_BYTES (4u << 20)

static const char *const kind_names[EVENT_KINDS] = {
	[EVENT_KEYFRAME] = "KEYFRAME", [EVENT_EXEC] = "EXEC",
	[EVENT_SYSCALL] = "SYSCALL",   [EVENT_SYSCALL_ENTER] = "SYSCALL_ENTER",
	[EVENT_SIGNAL] = "SIGNAL",     [EVENT_INSN] = "INSN",
	[EVENT_SCHED] = "SCHED",       [EVENT_EXIT] = "EXIT",
	[EVENT_END] = "END",
};

const char *event_kind_name(enum event_kind kind)
{
	unsigned int k = (unsigned int)kind;

	return k < EVENT_KINDS && kind_names[k] ? kind_names[k] : "?";
}

void event_space_deinit(struct event_space *s)
{
	for (size_t i = 0; i < s->n_mappings; i++)
		free(s->mappings[i].name);
	free(s->mappings);
	free(s->exe);
	free(s->interp);
	buf_deinit(&s->auxv);
	*s = (struct event_space){ 0 };
}

void event_task_deinit(struct event_task *t)
{
	buf_deinit(&t->xstate);
	*t = (struct event_task){ 0 };
}

static void release_items(struct event *e)
{
	for (size_t i = 0; i < e->n_spaces; i++)
		event_space_deinit(&e->spaces[i]);
	for (size_t i = 0; i < e->n_tasks; i++)
		event_task_deinit(&e->tasks[i]);
}

void event_deinit(struct event *e)
{
	release_items(e);
	free(e->writes);
	free(e->spaces);
	free(e->tasks);
	buf_deinit(&e->data);
	buf_deinit(&e->xstate);
	*e = (struct event){ 0 };
}

/* Empties b; what one huge event needed is not kept for all the others. */
static void empty(struct buf *b)
{
	if (b->cap > KEPT_BYTES)
		buf_deinit(b);
	buf_clear(b);
}

void event_clear(struct event *e)
{
	struct event kept;

	release_items(e);
	empty(&e->data);
	empty(&e->xstate);
	kept = (struct event){
		.writes = e->writes,
		.cap_writes = e->cap_writes,
		.data = e->data,
		.xstate = e->xstate,
		.spaces = e->spaces,
		.cap_spaces = e->cap_spaces,
		.tasks = e->tasks,
		.cap_tasks = e->cap_tasks,
	};
	*e = kept;
}

/* Makes room for one more item in an array of n items of bytes each. */
static int grow(void **items, size_t n, size_t *cap, size_t bytes)
{
	size_t want = n < 4 ? 4 : n * 2;
	void *p;

	if (n < *cap)
		return 0;
	p = reallocarray(*items, want, bytes);
	if (!p)
		return -ENOMEM;
	*items = p;
	*cap = want;
	return 0;
}

int event_add_write(struct event *e, taddr_t addr, size_t size, uint8_t **ret)
{
	void *items = e->writes;
	uint64_t offset = e->data.len;
	int r = grow(&items, e->n_writes, &e->cap_writes, sizeof(*e->writes));

	e->writes = items;
	if (!r)
		r = buf_reserve(&e->data, size + !size); /* never NULL */
	if (!r)
		r = buf_extend(&e->data, size, ret);
	if (r)
		return r;
	e->writes[e->n_writes++] = (struct event_write){
		.addr = addr,
		.size = size,
		.data_offset = offset,
	};
	return 0;
}

int event_add_write_later(struct event *e, taddr_t addr, size_t size)
{
	uint8_t *none;
	int r = event_add_write(e, addr, 0, &none);

	if (r)
		return r;
	e->writes[e->n_writes - 1].size = size;
	e->writes[e->n_writes - 1].data_offset = EVENT_LATER;
	return 0;
}

int event_read_source(struct event *e)
{
	for (size_t i = 0; i < e->n_writes; i++) {
		struct event_write *w = &e->writes[i];
		uint64_t offset = e->data.len;
		uint8_t *to;
		int r;

		if (w->data_offset != EVENT_LATER)
			continue;
		r = buf_extend(&e->data, w->size, &to);
		if (r)
			return r;
		w->size = e->source(e->source_ctx, w->addr, to, w->size);
		w->data_offset = offset;
		e->data.len = offset + w->size;
	}
	return 0;
}

int event_add_mapping(struct event_space *s, struct event_mapping **ret)
{
	void *items = s->mappings;
	int r = grow(&items, s->n_mappings, &s->cap_mappings, sizeof(*s->mappings));

	s->mappings = items;
	if (r)
		return r;
	*ret = &s->mappings[s->n_mappings++];
	**ret = (struct event_mapping){ 0 };
	return 0;
}

int event_add_space(struct event *e, struct event_space **ret)
{
	void *items = e->spaces;
	int r = grow(&items, e->n_spaces, &e->cap_spaces, sizeof(*e->spaces));

	e->spaces = items;
	if (r)
		return r;
	*ret = &e->spaces[e->n_spaces++];
	**ret = (struct event_space){ 0 };
	return 0;
}

int event_add_task(struct event *e, struct event_task **ret)
{
	void *items = e->tasks;
	int r = grow(&items, e->n_tasks, &e->cap_tasks, sizeof(*e->tasks));

	e->tasks = items;
	if (r)
		return r;
	*ret = &e->tasks[e->n_tasks++];
	**ret = (struct event_task){ 0 };
	return 0;
}
