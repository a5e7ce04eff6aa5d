// SPDX-License-Identifier: MIT
// A process image from the trace, built in an empty process. The kernel's own
// vDSO of that process cannot be unmapped, so the process is made with the other
// memory layout than the recorded one, in which it lies out of the way.
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "replayer/private.h"

/* Whether the recorded process had the top-down layout. */
static bool was_top_down(const struct event_space *s)
{
	for (size_t i = 0; i < s->n_mappings; i++)
		if (s->mappings[i].flags & MAPPING_VDSO)
			return s->mappings[i].start > (taddr_t)0x40 << 40;
	return true;
}

static int read_layout(const struct event *e, struct space_layout *ret)
{
	const struct event_space *s = &e->spaces[0];

	*ret = (struct space_layout){ 0 };
	for (size_t i = 0; i < 4 && s->zones[i][1]; i++) {
		space_layout_add(ret, s->zones[i][0], s->zones[i][1]);
		if ((s->zones[i][0] | s->zones[i][1]) & (DEJA_PAGE_BYTES - 1) ||
		    s->zones[i][1] > (uint64_t)1 << 30)
			ret->n_zones = 0;
	}
	return ret->n_zones ? 0
			    : fail(-EIO, "event %lu: no code cache zones: the trace is damaged",
				   e->number);
}

/* The stored file that was executed: the first with code in it. */
static void read_image(const struct event_space *s, struct dbt_code_id *ret)
{
	*ret = (struct dbt_code_id){ 0 };
	for (size_t i = 0; i < s->n_mappings && !ret->ino; i++)
		if (s->mappings[i].prot & PROT_EXEC && s->mappings[i].flags & MAPPING_FILE)
			*ret = (struct dbt_code_id){ .dev = s->mappings[i].dev,
						     .ino = s->mappings[i].ino,
						     .mtime_ns = s->mappings[i].file,
						     .offset = s->mappings[i].offset };
}

static int fill_task(struct task *t, const struct event *e)
{
	struct rep_task *rt = calloc(1, sizeof(*rt));
	const struct event_space *s = &e->spaces[0];

	if (!rt)
		return -ENOMEM;
	t->user = rt;
	t->tgid = e->tasks[0].tgid;
	t->regs = e->tasks[0].regs;
	t->ticks = e->tasks[0].ticks;
	t->space->map.brk_start = s->brk_start;
	t->space->map.brk = s->brk;
	if (s->exe && !(rt->exe = strdup(s->exe)))
		return -ENOMEM;
	return buf_append(&rt->auxv, s->auxv.data, s->auxv.len);
}

void rep_task_free(struct task *t)
{
	struct rep_task *rt = t->user;

	if (!rt)
		return;
	buf_deinit(&rt->auxv);
	free(rt->exe);
	free(rt);
	t->user = NULL;
}

static int build(struct replayer *r, const struct event *e, struct task *t)
{
	const struct event_space *s = &e->spaces[0];
	int err = fill_task(t, e);

	for (size_t i = 0; !err && i < s->n_mappings; i++)
		err = rep_map(r, t, &s->mappings[i]);
	if (!err)
		err = rep_apply_writes(r, t, e);
	if (!err)
		err = task_set_xstate(t, e->tasks[0].xstate.data, e->tasks[0].xstate.len);
	return err ? err : space_image_ready(t);
}

int rep_build_image(struct replayer *r, const struct event *e, struct task **ret)
{
	struct space_layout layout;
	struct dbt_code_id image;
	struct task *t;
	int err;

	if (!e->n_spaces || !e->n_tasks)
		return fail(-EIO, "event %lu: it has no image: the trace is damaged", e->number);
	err = read_layout(e, &layout);
	if (!err)
		read_image(&e->spaces[0], &image);
	if (!err)
		err = tracees_spawn_empty(r->tracees, e->tasks[0].tid, &layout, &image,
					  was_top_down(&e->spaces[0]), &t);
	if (err)
		return err;
	err = build(r, e, t);
	if (!err) {
		*ret = t;
		return 0;
	}
	rep_task_free(t);
	task_destroy(t);
	return err;
}
