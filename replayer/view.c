// SPDX-License-Identifier: MIT
// Looking at the replay where it stands: place, tasks, registers, memory.
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "replayer/private.h"

void replayer_place(const struct replayer *r, struct replay_place *ret)
{
	const struct task *t;

	*ret = (struct replay_place){ .event = r->have_next ? r->next.number : r->last + 1,
				      .tid = r->have_next ? r->next.tid : r->focus };
	t = tracees_find(r->tracees, r->focus ? r->focus : ret->tid);
	if (t) {
		ret->tid = t->tid;
		ret->ticks = t->ticks;
	}
}

struct collect {
	pid_t tgid, *ret;
	size_t n, max;
};

static int collect(struct task *t, void *ctx)
{
	struct collect *c = ctx;

	if (t->tgid == c->tgid && c->n < c->max)
		c->ret[c->n++] = t->tid;
	return 0;
}

size_t replayer_tasks(const struct replayer *r, pid_t *ret, size_t max)
{
	struct collect c = { .tgid = r->focus, .ret = ret, .max = max };

	tracees_each(r->tracees, collect, &c);
	return c.n;
}

int replayer_regs(struct replayer *r, pid_t tid, struct regs *ret)
{
	struct task *t = tracees_find(r->tracees, tid);

	if (!t)
		return -ESRCH;
	*ret = t->regs;
	return 0;
}

int replayer_xstate(struct replayer *r, pid_t tid, struct buf *ret)
{
	struct task *t = tracees_find(r->tracees, tid);

	return t ? task_get_xstate(t, ret) : -ESRCH;
}

size_t replayer_read(struct replayer *r, pid_t tid, taddr_t addr, void *ret, size_t len)
{
	struct task *t = tracees_find(r->tracees, tid);

	return t ? task_read(t, addr, ret, len) : 0;
}

const struct buf *replayer_auxv(struct replayer *r, pid_t tid)
{
	struct task *t = tracees_find(r->tracees, tid);

	return t && t->user ? &((struct rep_task *)t->user)->auxv : NULL;
}

const char *replayer_exe(struct replayer *r, pid_t tid)
{
	struct task *t = tracees_find(r->tracees, tid);

	return t && t->user ? ((struct rep_task *)t->user)->exe : NULL;
}

void replayer_free_view(struct replayer *r)
{
	if (r->space_view)
		free(r->space_view->mappings);
	free(r->space_view);
	r->space_view = NULL;
}

const struct event_space *replayer_space(struct replayer *r, pid_t tid)
{
	struct task *t = tracees_find(r->tracees, tid);
	struct event_space *s;

	replayer_free_view(r);
	if (!t)
		return NULL;
	s = r->space_view = calloc(1, sizeof(*s));
	if (!s)
		return NULL;
	for (size_t i = 0; i < t->space->map.n; i++) {
		const struct vma *v = &t->space->map.vmas[i];
		struct event_mapping *m;

		if (event_add_mapping(s, &m))
			break;
		m->start = v->start;
		m->end = v->end;
		m->prot = (uint32_t)v->prot;
		m->flags = v->file != VMA_NO_FILE ? MAPPING_FILE : 0;
		m->file = v->file != VMA_NO_FILE ? v->file : 0;
		m->offset = v->offset;
		m->name = v->name; /* the map's own */
	}
	return s;
}
