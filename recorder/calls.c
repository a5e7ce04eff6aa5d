// SPDX-License-Identifier: MIT
// System calls: from the program's SYSCALL to the event that holds what the
// kernel did. Most need nothing but their row in syscalls.def; those of the
// handler tables (memory.c, special.c) and of process.c need more.
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <linux/kcmp.h>
#include <unistd.h>

#include "common/log.h"
#include "recorder/private.h"

static struct sys_mem memory_of(struct task *t)
{
	return (struct sys_mem){ .read = rec_read_task, .ctx = t };
}

const struct rec_handler *rec_find_handler(int nr)
{
	for (size_t i = 0; i < rec_n_memory_handlers; i++)
		if (rec_memory_handlers[i].nr == nr)
			return &rec_memory_handlers[i];
	for (size_t i = 0; i < rec_n_special_handlers; i++)
		if (rec_special_handlers[i].nr == nr)
			return &rec_special_handlers[i];
	return NULL;
}

static void get_args(const struct regs *regs, uint64_t args[6])
{
	args[0] = regs->rdi;
	args[1] = regs->rsi;
	args[2] = regs->rdx;
	args[3] = regs->r10;
	args[4] = regs->r8;
	args[5] = regs->r9;
}

/* Nobody wrote a rule: what the areas hold before the call is kept, and compared
 * behind it. Without a stop before the call all of it counts as changed. */
static int snapshot(struct rec_task *rt, struct task *t)
{
	buf_clear(&rt->before);
	for (size_t i = 0; i < rt->plan.areas.n; i++) {
		struct sys_area *a = &rt->plan.areas.items[i];
		uint8_t *to;
		int r = buf_extend(&rt->before, a->bytes, &to);

		if (r)
			return r;
		rt->before.len -= a->bytes;
		a->bytes = task_read(t, a->addr, to, a->bytes);
		rt->before.len += a->bytes;
	}
	return 0;
}

static void warn_unmodelled(struct task *t, const struct sys_call *call)
{
	struct buf text = { 0 };
	char key[64];
	const struct sys_mem mem = memory_of(t);

	/* Its second argument names the command of an ioctl and its like. */
	snprintf(key, sizeof(key), "call %d", call->nr);
	if (!sys_print(call, &mem, false, 0, &text))
		log_warn_once(key, "no rule for %.*s: recording what changed near its pointers",
			      (int)text.len, (char *)text.data);
	buf_deinit(&text);
}

static int plan(struct task *t, struct rec_task *rt, const struct sys_call *call)
{
	const struct sys_mem mem = memory_of(t);
	int r = sys_plan_enter(call, &mem, &rt->plan);

	for (size_t i = 0; !r && t->space->n_guarded && i < rt->plan.areas.n; i++)
		r = space_prepare_write(t, rt->plan.areas.items[i].addr,
					rt->plan.areas.items[i].bytes);
	if (!r && !rt->plan.modelled) {
		warn_unmodelled(t, call);
		r = snapshot(rt, t);
	}
	return r;
}

/* The answer is ours: the kernel is not asked. */
static int answer(struct recorder *r, struct task *t, int64_t result)
{
	int err;

	rec_of(t)->emulated = true;
	err = rec_write_call(r, t, result);
	task_finish_call(t, result);
	rec_of(t)->state = REC_RUNNING;
	return err ? err : task_run(t, t->target);
}

int rec_syscall(struct recorder *r, struct task *t, struct task_stop *stop)
{
	struct rec_task *rt = rec_of(t);
	struct sys_call call = { .nr = t->call_nr };
	uint64_t args[6];
	int64_t result;
	int err = rec_deliver_pending(r, t);

	(void)stop;
	if (err)
		return err < 0 ? err : 0;
	rt->entry = t->regs;
	rt->entry_ticks = t->ticks;
	rt->entered = rt->emulated = false;
	rt->handler = rec_find_handler(call.nr);
	get_args(&t->regs, args);
	memcpy(call.args, args, sizeof(args));
	if (call.nr < 0)
		return answer(r, t, -ENOSYS);
	err = plan(t, rt, &call);
	if (err)
		return err;
	if (rt->handler && rt->handler->enter) {
		err = rt->handler->enter(r, t, args, &result);
		if (err)
			return err < 0 ? err : answer(r, t, result);
	}
	rt->state = REC_KERNEL;
	/* A call that cannot wait keeps its turn. */
	if (r->running == t && sys_flags(&call) & SYS_MAY_BLOCK)
		r->running = NULL;
	return task_perform(t, call.nr, memcmp(args, call.args, sizeof(args)) ? args : NULL);
}

static int add_changed(struct event *e, struct task *t, struct rec_task *rt)
{
	const uint8_t *was = rt->before.len ? rt->before.data : NULL;
	uint8_t now[DEJA_PAGE_BYTES];
	int r = 0;

	for (size_t i = 0; !r && i < rt->plan.areas.n; i++) {
		const struct sys_area *a = &rt->plan.areas.items[i];

		for (uint64_t at = 0; !r && at < a->bytes; at += sizeof(now)) {
			size_t n = a->bytes - at < sizeof(now) ? a->bytes - at : sizeof(now);

			n = task_read(t, a->addr + at, now, n);
			if (!was || memcmp(now, was + at, n))
				r = rec_add_memory(e, t, a->addr + at, n);
		}
		was = was ? was + a->bytes : NULL;
	}
	return r;
}

static int add_outputs(struct event *e, struct task *t, struct rec_task *rt, int64_t result)
{
	struct sys_areas out = { 0 };
	const struct sys_mem mem = memory_of(t);
	int r;

	if (rt->emulated)
		return 0;
	if (!rt->plan.modelled) {
		e->flags |= EVENT_UNMODELLED;
		return add_changed(e, t, rt);
	}
	r = sys_plan_exit(&rt->plan, &mem, result, &out);
	for (size_t i = 0; !r && i < out.n; i++)
		r = rec_add_output(e, t, out.items[i].addr, out.items[i].bytes);
	sys_areas_deinit(&out);
	return r;
}

bool rec_is_ours(const struct task *t, int ours, uint64_t theirs)
{
	return syscall(SYS_kcmp, getpid(), t->os_tid, KCMP_FILE, ours, theirs) == 0;
}

static void note_output(struct event *e, const struct task *t, const struct regs *entry,
			int64_t result)
{
	bool writes = e->nr == SYS_write || e->nr == SYS_writev || e->nr == SYS_pwrite64 ||
		      e->nr == SYS_pwritev || e->nr == SYS_pwritev2 || e->nr == SYS_sendto;

	if (!writes || result <= 0)
		return;
	if (rec_is_ours(t, 1, entry->rdi))
		e->flags |= EVENT_STDOUT;
	else if (rec_is_ours(t, 2, entry->rdi))
		e->flags |= EVENT_STDERR;
}

/* What is mapped from a file changes when the file is written. */
static int add_mapped(struct event *e, struct task *t, ino_t ino)
{
	const struct vmap *m = &t->space->map;
	int r = 0;

	for (size_t i = 0; !r && i < m->n; i++)
		if (m->vmas[i].ino == ino && m->vmas[i].prot & PROT_READ)
			r = rec_add_memory(e, t, m->vmas[i].start,
					   m->vmas[i].end - m->vmas[i].start);
	return r;
}

static bool maps_files(const struct vmap *m, ino_t ino)
{
	for (size_t i = 0; i < m->n; i++)
		if (m->vmas[i].ino == ino)
			return true;
	return false;
}

static int note_file_write(struct event *e, struct task *t, const struct regs *entry,
			   int64_t result)
{
	struct sys_call call = { .nr = e->nr };
	struct stat st;
	char path[64];
	int fd;

	if (result < 0 || !t->space->maps_data)
		return 0;
	get_args(entry, call.args);
	fd = sys_written_fd(&call);
	if (fd < 0)
		return 0;
	snprintf(path, sizeof(path), "/proc/%d/fd/%d", t->os_tid, fd);
	if (stat(path, &st) || !S_ISREG(st.st_mode) || !maps_files(&t->space->map, st.st_ino))
		return 0;
	return add_mapped(e, t, st.st_ino);
}

/* The registers that replay will compute by itself from the entry and result. */
static bool as_expected(struct task *t, const struct rec_task *rt, int64_t result)
{
	struct regs actual = t->regs, expected = rt->entry;

	actual.rax = expected.rax = (uint64_t)result;
	return !memcmp(&actual, &expected, sizeof(actual));
}

int rec_write_call(struct recorder *r, struct task *t, int64_t result)
{
	struct rec_task *rt = rec_of(t);
	struct event *e = rec_event(r, EVENT_SYSCALL, t);
	int err;

	e->regs = rt->entry;
	e->ticks = rt->entry_ticks;
	e->nr = t->call_nr;
	e->result = result;
	err = add_outputs(e, t, rt, result);
	if (!err && rt->handler && rt->handler->done && !rt->emulated)
		err = rt->handler->done(r, t, e, &e->result);
	if (err)
		return err;
	note_output(e, t, &rt->entry, e->result);
	err = note_file_write(e, t, &rt->entry, e->result);
	if (!as_expected(t, rt, e->result)) {
		e->flags |= EVENT_AFTER;
		e->regs_after = t->regs;
		e->regs_after.rax = (uint64_t)e->result;
		e->regs_after.rcx = t->regs.rip;
		e->regs_after.r11 = t->regs.eflags;
	}
	t->regs.rax = (uint64_t)e->result;
	return err ? err : rec_write(r, t, false);
}

static int sigreturn_done(struct recorder *r, struct task *t)
{
	struct event *e = rec_event(r, EVENT_SYSCALL, t);
	struct rec_task *rt = rec_of(t);
	int err;

	e->regs = rt->entry;
	e->ticks = rt->entry_ticks;
	e->nr = t->call_nr;
	e->flags |= EVENT_AFTER | EVENT_XSTATE;
	t->regs = t->machine;
	t->regs.orig_rax = (uint64_t)-1;
	t->in_call = t->call_entered = false;
	e->result = (int64_t)t->regs.rax;
	e->regs_after = t->regs;
	err = task_get_xstate(t, &e->xstate);
	return err ? err : rec_write(r, t, false);
}

static size_t copy_output(void *ctx, taddr_t addr, void *ret, size_t len)
{
	const struct dbt_call *call = ctx;

	memcpy(ret, call->data + (addr - call->addr), len);
	return len;
}

/* Memory may have changed since: a hash of it has to wait for the next event. */
int rec_buffered(void *ctx, struct task *t, const struct dbt_call *call)
{
	struct recorder *r = ctx;
	struct event *e = rec_event(r, EVENT_SYSCALL, t);
	int err = 0;

	e->regs = call->regs;
	e->ticks = call->ticks;
	e->nr = (int)call->regs.rax;
	e->result = call->result;
	if (call->bytes) {
		e->source = copy_output;
		e->source_ctx = (void *)call;
		err = event_add_write_later(e, call->addr, call->bytes);
	}
	return err ? err : rec_write_event(r);
}

/* What rec_syscall() would have noted, had there been a stop before the call. */
int rec_note_call(struct task *t, const struct task_stop *stop)
{
	struct rec_task *rt = rec_of(t);
	const struct sys_mem mem = memory_of(t);
	struct sys_call call = { .nr = t->call_nr };
	int err;

	if (!stop->unannounced)
		return 0;
	rt->entry = stop->entry;
	rt->entry_ticks = t->ticks;
	rt->entered = rt->emulated = false;
	rt->handler = rec_find_handler(call.nr);
	get_args(&rt->entry, call.args);
	err = sys_plan_enter(&call, &mem, &rt->plan);
	buf_clear(&rt->before);
	if (!err && !rt->plan.modelled)
		warn_unmodelled(t, &call);
	return err;
}

/* The call may have unblocked signals that wait here. */
static int after_call(struct recorder *r, struct task *t)
{
	int err = t->n_pending ? rec_deliver_pending(r, t) : 0;

	if (!err)
		rec_make_ready(r, t);
	return err < 0 ? err : 0;
}

int rec_called(struct recorder *r, struct task *t, struct task_stop *stop)
{
	int err = rec_note_call(t, stop);

	if (!err)
		err = rec_write_call(r, t, (int64_t)t->regs.rax);
	task_finish_call(t, (int64_t)t->regs.rax);
	return err ? err : after_call(r, t);
}

int rec_syscall_done(struct recorder *r, struct task *t)
{
	int64_t result = (int64_t)t->regs.rax;
	int err;

	if (t->call_nr == SYS_rt_sigreturn) {
		err = sigreturn_done(r, t);
	} else {
		err = rec_write_call(r, t, result);
		task_finish_call(t, (int64_t)t->regs.rax);
	}
	return err ? err : after_call(r, t);
}

int rec_note_entered(struct recorder *r, struct task *t)
{
	struct rec_task *rt = rec_of(t);
	struct event *e;

	if (rt->state != REC_KERNEL || rt->entered || !t->space || !t->in_call)
		return 0;
	if (!t->space->has_shared && t->space->refs < 2)
		return 0;
	rt->entered = true;
	e = rec_event(r, EVENT_SYSCALL_ENTER, t);
	e->regs = rt->entry;
	e->ticks = rt->entry_ticks;
	e->nr = t->call_nr;
	return rec_write(r, t, false);
}
