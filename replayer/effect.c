// SPDX-License-Identifier: MIT
// What an event did to the program, done again: memory and registers are
// written; only what changes a process's shape is executed.
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "replayer/private.h"

/* Memory of a file that the program only reads changes when the file is written; the kernel
 * lets nobody else write there, unlike to private memory. */
static bool write_anyhow(struct replayer *r, struct task *t, const struct event_write *w,
			 const uint8_t *data)
{
	const struct vma *v = vmap_find(&t->space->map, w->addr);
	taddr_t start = page_floor(w->addr), end = page_ceil(w->addr + w->size);
	size_t done;

	if (!v || !(v->flags & VMA_SHARED) || v->prot & PROT_WRITE || v->end < end ||
	    rep_protect(r, t, start, end, v->prot | PROT_WRITE))
		return false;
	done = task_write(t, w->addr, data, w->size);
	return !rep_protect(r, t, start, end, v->prot) && done == w->size;
}

int rep_apply_writes(struct replayer *r, struct task *t, const struct event *e)
{
	for (size_t i = 0; i < e->n_writes; i++) {
		const struct event_write *w = &e->writes[i];
		const uint8_t *data = e->data.data + w->data_offset;

		if (space_prepare_write(t, w->addr, w->size))
			return -ESRCH;
		if (task_write(t, w->addr, data, w->size) != w->size &&
		    !write_anyhow(r, t, w, data))
			return fail(-EILSEQ,
				    "replay diverged at event %lu, task %d: the %lu bytes at "
				    "0x%lx cannot be written",
				    e->number, e->tid, w->size, w->addr);
	}
	return 0;
}

static void set_after(struct task *t, const struct event *e)
{
	t->regs = e->regs_after;
	t->regs.orig_rax = (uint64_t)-1;
	t->in_call = t->call_entered = t->call_vdso = false;
}

static int perform_call(struct replayer *r, struct task *t, const struct event *e)
{
	int err;

	if (sys_replay_class(e->nr) == SYS_MEMORY)
		err = rep_memory_call(r, t, e);
	else
		err = rep_apply_writes(r, t, e);
	if (err)
		return err;
	rep_show_output(r, t, e);
	if (e->flags & EVENT_XSTATE)
		err = task_set_xstate(t, e->xstate.data, e->xstate.len);
	if (e->flags & EVENT_AFTER) {
		set_after(t, e);
	} else if (task_is_restart(e->result)) {
		/* What a handler's frame is built from. */
		t->regs.rax = (uint64_t)e->result;
		t->in_call = t->call_vdso = false;
	} else {
		task_finish_call(t, e->result);
	}
	return err ? err : rep_check_hash(r, t, e);
}

static int perform_clone(struct replayer *r, struct task *t, const struct event *e)
{
	struct rep_task *parent = t->user, *rt = calloc(1, sizeof(*rt));
	struct task *child;
	int err;

	if (!rt || !e->n_tasks) {
		free(rt);
		return fail(-EIO, "event %lu: the new task is missing: the trace is damaged",
			    e->number);
	}
	err = task_fork(t, e->new_tid, e->flags & EVENT_SHARES, &child);
	if (err) {
		free(rt);
		return err;
	}
	child->user = rt;
	child->tgid = e->tasks[0].tgid;
	child->regs = e->tasks[0].regs;
	child->ticks = e->tasks[0].ticks;
	rt->exe = parent && parent->exe ? strdup(parent->exe) : NULL;
	if (parent)
		err = buf_append(&rt->auxv, parent->auxv.data, parent->auxv.len);
	if (!err)
		err = rep_apply_writes(r, child, e);
	return err ? err : task_set_xstate(child, e->tasks[0].xstate.data, e->tasks[0].xstate.len);
}

static int perform_signal(struct replayer *r, struct task *t, const struct event *e)
{
	int err;

	if (e->disposition != SIGNAL_HANDLED)
		return 0;
	err = rep_apply_writes(r, t, e);
	if (!err)
		err = task_set_xstate(t, e->xstate.data, e->xstate.len);
	set_after(t, e);
	return err ? err : rep_check_hash(r, t, e);
}

static void forget_task(struct task *t)
{
	rep_task_free(t);
	task_destroy(t);
}

static int perform_exec(struct replayer *r, struct task *old, const struct event *e)
{
	struct task *t;
	int err;

	if (old)
		forget_task(old);
	err = rep_build_image(r, e, &t);
	if (!err && t->tgid == r->focus)
		err = rep_arm_points(r, t);
	return err ? err : rep_check_hash(r, t, e);
}

static int perform_exit(struct replayer *r, struct task *t, const struct event *e)
{
	int err = rep_check_hash(r, t, e);

	if (!err)
		forget_task(t);
	return err;
}

static void notice(struct replayer *r, const struct event *e, struct replay_stop *stop,
		   enum replay_stop_kind kind, bool *noticed)
{
	(void)r;
	stop->kind = kind;
	stop->tid = e->tid;
	stop->status = e->status;
	stop->new_tid = e->new_tid;
	*noticed = true;
}

int rep_perform(struct replayer *r, struct replay_stop *stop, bool *noticed)
{
	const struct event *e = &r->next;
	struct task *t = tracees_find(r->tracees, e->tid);
	bool focused = t && t->tgid == r->focus;

	*noticed = false;
	switch (e->kind) {
	case EVENT_KEYFRAME:
		return perform_exec(r, NULL, e);
	case EVENT_EXEC:
		if (focused)
			notice(r, e, stop, REPLAY_EXEC, noticed);
		return perform_exec(r, t, e);
	case EVENT_SYSCALL:
		return perform_call(r, t, e);
	case EVENT_SYSCALL_ENTER:
		if (e->new_tid && focused)
			notice(r, e, stop, REPLAY_FORK, noticed);
		return e->new_tid ? perform_clone(r, t, e) : 0;
	case EVENT_SIGNAL:
		return perform_signal(r, t, e);
	case EVENT_INSN:
		set_after(t, e);
		return 0;
	case EVENT_SCHED:
		return rep_check_hash(r, t, e);
	case EVENT_EXIT:
		if (focused)
			notice(r, e, stop, REPLAY_EXIT, noticed);
		return perform_exit(r, t, e);
	default:
		return 0;
	}
}
