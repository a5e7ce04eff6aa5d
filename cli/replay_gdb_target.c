// SPDX-License-Identifier: MIT
#include "cli/replay_gdb_target.h"

#include <cpuid.h>
#include <errno.h>
#include <string.h>

#include "cli/replay_gdb_files.h"
#include "cli/replay_goal.h"

/* Interrupts a wait of the runner; by default the signal does nothing, so none
 * that comes late does harm. */
#define WAKE_SIGNAL SIGURG

/* What one watch of the replayer covers at most. */
#define WATCH_BYTES 8

static void on_wake(int signo)
{
	(void)signo;
}

void replay_target_init(struct replay_target *t, struct replayer *r,
			struct trace_reader *trace, bool at_exec)
{
	const struct sigaction wake = { .sa_handler = on_wake };

	*t = (struct replay_target){
		.replayer = r,
		.trace = trace,
		.process = replayer_focused(r),
		.at_exec = at_exec,
		.runner = pthread_self(),
	};
	sigaction(WAKE_SIGNAL, &wake, &t->before);
}

void replay_target_deinit(struct replay_target *t)
{
	sigaction(WAKE_SIGNAL, &t->before, NULL);
}

static pid_t target_process(void *ctx)
{
	const struct replay_target *t = ctx;

	return t->process;
}

static size_t target_threads(void *ctx, pid_t *ret, size_t max)
{
	const struct replay_target *t = ctx;

	return t->gone ? 0 : replayer_tasks(t->replayer, ret, max);
}

static const char *target_exec_file(void *ctx)
{
	const struct replay_target *t = ctx;

	return replayer_exe(t->replayer, t->process);
}

static int target_auxv(void *ctx, struct buf *ret)
{
	const struct replay_target *t = ctx;
	const struct buf *auxv = replayer_auxv(t->replayer, t->process);

	return auxv ? buf_append(ret, auxv->data, auxv->len) : -ENOENT;
}

/* Where a component lies on the recorded machine. The recorder stores all of
 * CPUID; a processor that says nothing of a component has the usual layout. */
static uint32_t component_offset(const struct trace_header *h, uint32_t component)
{
	uint32_t eax, ebx = 0, ecx, edx;

	for (size_t i = 0; i < h->n_cpuid; i++)
		if (h->cpuid[i].leaf == 0xd && h->cpuid[i].subleaf == component)
			return h->cpuid[i].ebx;
	__get_cpuid_count(0xd, component, &eax, &ebx, &ecx, &edx);
	return ebx;
}

static void target_xsave_layout(void *ctx, struct gdb_xsave_layout *ret)
{
	const struct replay_target *t = ctx;
	const struct trace_header *h = trace_reader_header(t->trace);

	ret->xcr0 = h->xcr0;
	for (uint32_t i = 2; i < GDB_XSAVE_COMPONENTS; i++)
		if (h->xcr0 >> i & 1)
			ret->offset[i] = component_offset(h, i);
}

static int target_regs(void *ctx, pid_t tid, struct regs *ret)
{
	const struct replay_target *t = ctx;

	return replayer_regs(t->replayer, tid, ret);
}

static int target_xstate(void *ctx, pid_t tid, struct buf *ret)
{
	const struct replay_target *t = ctx;

	return replayer_xstate(t->replayer, tid, ret);
}

static size_t target_read(void *ctx, taddr_t addr, void *ret, size_t len)
{
	const struct replay_target *t = ctx;

	return t->gone ? 0 : replayer_read(t->replayer, t->process, addr, ret, len);
}

static int target_set_breakpoint(void *ctx, taddr_t pc, bool set)
{
	const struct replay_target *t = ctx;

	return replayer_set_breakpoint(t->replayer, pc, set);
}

static void unwatch(const struct replay_target *t, taddr_t addr, size_t len,
		    enum replay_watch_type type)
{
	for (size_t at = 0; at < len; at += WATCH_BYTES)
		(void)!replayer_set_watch(t->replayer, addr + at, WATCH_BYTES, type, false);
}

static int target_set_watch(void *ctx, taddr_t addr, size_t len, enum gdb_watch_type type,
			    bool set)
{
	static const enum replay_watch_type types[] = {
		[GDB_WATCH_WRITE] = REPLAY_WATCH_WRITE,
		[GDB_WATCH_READ] = REPLAY_WATCH_READ,
		[GDB_WATCH_ACCESS] = REPLAY_WATCH_ACCESS,
	};
	const struct replay_target *t = ctx;
	int error = 0;

	/* The replayer watches a word at a time; gdb takes any part of what it
	 * watches for the whole. */
	for (size_t at = 0, n; !error && at < len; at += n) {
		n = len - at < WATCH_BYTES ? len - at : WATCH_BYTES;
		error = replayer_set_watch(t->replayer, addr + at, n, types[type], set);
		if (error && set)
			unwatch(t, addr, at, types[type]);
	}
	return error;
}

static enum gdb_stop_kind stop_kind(const struct replay_target *t, const struct replay_stop *stop)
{
	pid_t tid;

	switch (stop->kind) {
	case REPLAY_BREAKPOINT:
		return GDB_STOP_BREAKPOINT;
	case REPLAY_WATCH:
		return GDB_STOP_WATCH;
	case REPLAY_SIGNAL:
		return GDB_STOP_SIGNAL;
	case REPLAY_EXEC:
		return GDB_STOP_EXEC;
	case REPLAY_EXIT:
		return GDB_STOP_GONE;
	case REPLAY_END:
		return replayer_tasks(t->replayer, &tid, 1) ? GDB_STOP_END : GDB_STOP_GONE;
	case REPLAY_INTERRUPTED:
		return GDB_STOP_INTERRUPTED;
	case REPLAY_GOAL:
		return GDB_STOP_ARRIVED;
	case REPLAY_STEP:
	case REPLAY_FORK:
		break;
	}
	return GDB_STOP_PLAIN;
}

static enum gdb_watch_type watch_type(int type)
{
	return type == REPLAY_WATCH_READ     ? GDB_WATCH_READ
	       : type == REPLAY_WATCH_ACCESS ? GDB_WATCH_ACCESS
					     : GDB_WATCH_WRITE;
}

/* The end of the trace belongs to no thread; gdb wants one all the same. */
static pid_t stop_tid(const struct replay_target *t, const struct replay_stop *stop)
{
	pid_t tid = stop->tid;

	if (stop->kind == REPLAY_END || stop->kind == REPLAY_INTERRUPTED || !tid)
		replayer_tasks(t->replayer, &tid, 1);
	return tid;
}

static int target_resume(void *ctx, enum gdb_resume_kind kind, pid_t tid, struct gdb_stop *ret)
{
	struct replay_target *t = ctx;
	enum replay_run run = kind == GDB_RESUME_STEP ? REPLAY_STEPI : REPLAY_CONTINUE;
	struct replay_stop stop = { 0 };
	int error;

	(void)tid; /* the replay decides which thread is next */
	do {
		error = replayer_resume(t->replayer, run, &stop);
	} while (!error && stop.kind == REPLAY_FORK);
	if (error)
		return error;
	*ret = (struct gdb_stop){
		.kind = stop_kind(t, &stop),
		.tid = stop_tid(t, &stop),
		.signo = stop.signo,
		.status = stop.status,
		.watch_addr = stop.watch_addr,
		.watch_type = watch_type(stop.watch_type),
	};
	memcpy(ret->siginfo, stop.siginfo, sizeof(ret->siginfo));
	t->gone = ret->kind == GDB_STOP_GONE;
	return 0;
}

static void target_interrupt(void *ctx)
{
	const struct replay_target *t = ctx;

	replayer_interrupt(t->replayer);
	pthread_kill(t->runner, WAKE_SIGNAL);
}

static void target_place(void *ctx, struct gdb_place *ret)
{
	const struct replay_target *t = ctx;
	struct replay_place place;

	replayer_place(t->replayer, &place);
	*ret = (struct gdb_place){ place.event, place.tid, place.ticks };
}

/* From the beginning of the trace to that of the process, and on to event. */
static int go(struct replay_target *t, event_t event)
{
	struct replay_goal goal = { .event = event, .on_process = t->at_exec ? "" : NULL };
	struct replay_place place;
	int error = replayer_restart(t->replayer);

	if (error)
		return error;
	t->gone = false;
	replayer_place(t->replayer, &place);
	if (place.tid != t->process || t->at_exec)
		goal.process = t->process;
	error = replay_goal_reach(&goal, t->replayer);
	replayer_focus(t->replayer, t->process);
	return error;
}

static int target_go_to(void *ctx, const struct gdb_place *place)
{
	if (place->ticks)
		return -EOPNOTSUPP;
	return go(ctx, place->event);
}

static int target_restart(void *ctx)
{
	return go(ctx, 0);
}

static int target_open_file(void *ctx, const char *path, int *ret)
{
	const struct replay_target *t = ctx;

	return replay_file_open(t->replayer, t->trace, t->process, path, ret);
}

static int target_read_link(void *ctx, const char *path, struct buf *ret)
{
	const struct replay_target *t = ctx;

	return replay_file_link(t->replayer, t->process, path, ret);
}

const struct gdb_target_ops replay_target_ops = {
	.process = target_process,
	.threads = target_threads,
	.exec_file = target_exec_file,
	.auxv = target_auxv,
	.xsave_layout = target_xsave_layout,
	.regs = target_regs,
	.xstate = target_xstate,
	.read = target_read,
	.set_breakpoint = target_set_breakpoint,
	.set_watch = target_set_watch,
	.resume = target_resume,
	.interrupt = target_interrupt,
	.place = target_place,
	.go_to = target_go_to,
	.restart = target_restart,
	.open_file = target_open_file,
	.read_link = target_read_link,
};
