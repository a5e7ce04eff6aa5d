// SPDX-License-Identifier: MIT
// Breakpoints and watches: kept here, and put into the translator of every space
// of the focused process.
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "replayer/private.h"

/* A watch of writes compares contents; reads and accesses are trapped. */
static int put_watch(struct task *t, const struct rep_watch *w, bool set)
{
	struct space_watch access = { .addr = w->addr,
				      .bytes = w->bytes,
				      .writes_too = w->type == REPLAY_WATCH_ACCESS };

	if (w->type == REPLAY_WATCH_WRITE)
		return dbt_set_watch(t->space->dbt, w->addr, (unsigned)w->bytes, set);
	return space_set_watch(t, &access, set);
}

static size_t read_space(void *ctx, taddr_t addr, void *ret, size_t n)
{
	return task_read(ctx, addr, ret, n);
}

int rep_arm_points(struct replayer *r, struct task *t)
{
	struct dbt *d = t->space->dbt;
	int err = 0;

	if (!r->n_breakpoints && !r->n_watches)
		return 0;
	if (dbt_shared(d))
		err = space_unshare(t);
	for (size_t i = 0; !err && i < r->n_breakpoints; i++)
		err = dbt_set_breakpoint(d, r->breakpoints[i], true);
	for (size_t i = 0; !err && i < r->n_watches; i++)
		err = put_watch(t, &r->watches[i], true);
	if (!err)
		dbt_sync_watches(d, read_space, t);
	return err;
}

void rep_sync_watches(struct task *t)
{
	dbt_sync_watches(t->space->dbt, read_space, t);
}

void rep_note_watched(struct replayer *r, struct task *t)
{
	for (size_t i = 0; i < r->n_watches; i++)
		task_read(t, r->watches[i].addr, r->watches[i].before, r->watches[i].bytes);
}

bool rep_watched_changed(struct replayer *r, struct task *t, struct replay_stop *stop)
{
	bool changed = false;

	for (size_t i = 0; i < r->n_watches && !changed; i++) {
		const struct rep_watch *w = &r->watches[i];
		uint8_t now[sizeof(w->before)];

		changed = w->type != REPLAY_WATCH_READ &&
			  task_read(t, w->addr, now, w->bytes) == w->bytes &&
			  memcmp(now, w->before, w->bytes);
		if (changed) {
			stop->kind = REPLAY_WATCH;
			stop->tid = t->tid;
			stop->watch_addr = w->addr;
			stop->watch_type = (int)w->type;
		}
	}
	if (changed)
		dbt_sync_watches(t->space->dbt, read_space, t);
	return changed;
}

struct change {
	struct replayer *r;
	taddr_t addr;
	struct rep_watch watch;
	bool set;
};

static int each_focused(struct replayer *r, int (*f)(struct task *t, void *ctx), void *ctx)
{
	pid_t tids[256];
	size_t n = replayer_tasks(r, tids, ARRAY_SIZE(tids));
	int err = 0;

	for (size_t i = 0; !err && i < n; i++) {
		struct task *t = tracees_find(r->tracees, tids[i]);

		if (dbt_shared(t->space->dbt))
			err = space_unshare(t);
		if (!err)
			err = f(t, ctx);
	}
	return err;
}

static int change_breakpoint(struct task *t, void *ctx)
{
	const struct change *c = ctx;

	return dbt_set_breakpoint(t->space->dbt, c->addr, c->set);
}

int replayer_set_breakpoint(struct replayer *r, taddr_t pc, bool set)
{
	struct change c = { .r = r, .addr = pc, .set = set };
	size_t i = 0;

	while (i < r->n_breakpoints && r->breakpoints[i] != pc)
		i++;
	if (!set && i < r->n_breakpoints)
		r->breakpoints[i] = r->breakpoints[--r->n_breakpoints];
	if (set && i == r->n_breakpoints) {
		if (r->n_breakpoints == r->cap_breakpoints) {
			size_t cap = r->cap_breakpoints ? 2 * r->cap_breakpoints : 16;
			taddr_t *grown = realloc(r->breakpoints, cap * sizeof(*grown));

			if (!grown)
				return -ENOMEM;
			r->breakpoints = grown;
			r->cap_breakpoints = cap;
		}
		r->breakpoints[r->n_breakpoints++] = pc;
	}
	return each_focused(r, change_breakpoint, &c);
}

static int change_watch(struct task *t, void *ctx)
{
	const struct change *c = ctx;
	int err = put_watch(t, &c->watch, c->set);

	if (!err)
		dbt_sync_watches(t->space->dbt, read_space, t);
	return err;
}

int replayer_set_watch(struct replayer *r, taddr_t addr, size_t bytes, enum replay_watch_type type,
		       bool set)
{
	struct change c = { .r = r,
			    .watch = { .addr = addr, .bytes = bytes, .type = type },
			    .set = set };
	size_t i = 0;

	if (!bytes || bytes > 8)
		return fail(-EINVAL, "a watch of %zu bytes", bytes);
	while (i < r->n_watches && (r->watches[i].addr != addr || r->watches[i].bytes != bytes ||
				    r->watches[i].type != type))
		i++;
	if (!set && i < r->n_watches)
		r->watches[i] = r->watches[--r->n_watches];
	if (set && i == r->n_watches) {
		if (r->n_watches == REP_MAX_WATCHES)
			return -ENOSPC;
		r->watches[r->n_watches++] = c.watch;
	}
	return each_focused(r, change_watch, &c);
}
