// SPDX-License-Identifier: MIT
/*
 * Letting the target run, and starting and leaving it. A replay is all-stop: a
 * resume answers when the process stops, and gdb meanwhile sends an interrupt
 * at most.
 *
 * Signals are delivered as recorded, whatever signal gdb resumes with.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "gdbserver/state.h"

struct resume {
	enum gdb_resume_kind kind;
	pid_t tid;
	bool range; /* step on while inside [start, end) */
	taddr_t start, end;
};

/* A signal that gdb does not care for; while it steps, it wants to know all. */
static bool passes(const struct gdb_server *s, const struct gdb_stop *stop)
{
	return stop->kind == GDB_STOP_SIGNAL && s->pass[gdb_signal(stop->signo)];
}

/* A breakpoint whose condition does not hold; the next resume goes on behind it. */
static bool is_idle_breakpoint(struct gdb_server *s, const struct gdb_stop *stop)
{
	struct regs regs;

	return stop->kind == GDB_STOP_BREAKPOINT && !s->ops->regs(s->ctx, stop->tid, &regs) &&
	       !gdb_breaks_at(s, stop->tid, regs.rip);
}

static int run_on(struct gdb_server *s, const struct resume *r, struct gdb_stop *stop)
{
	int err;

	do {
		err = s->ops->resume(s->ctx, r->kind, r->tid, stop);
	} while (!err && (passes(s, stop) || is_idle_breakpoint(s, stop)));
	return err;
}

static bool in_range(struct gdb_server *s, const struct resume *r, struct gdb_stop *stop)
{
	struct regs regs;

	if (!r->range || stop->kind != GDB_STOP_PLAIN ||
	    s->ops->regs(s->ctx, stop->tid, &regs))
		return false;
	if (regs.rip < r->start || regs.rip >= r->end)
		return false;
	if (!gdb_breaks_at(s, stop->tid, regs.rip))
		return true;
	stop->kind = GDB_STOP_BREAKPOINT;
	return false;
}

static int run_steps(struct gdb_server *s, const struct resume *r, struct gdb_stop *stop)
{
	int err;

	do {
		err = s->ops->resume(s->ctx, r->kind, r->tid, stop);
	} while (!err && in_range(s, r, stop));
	return err;
}

static void running(struct gdb_server *s, bool now)
{
	if (s->io->running)
		s->io->running(s->io->ctx, now);
}

/* The replay cannot go on: gdb shows why (an O packet), and that it stands. */
static int reply_failure(struct gdb_server *s)
{
	struct buf text = { 0 };
	int err = buf_append(&text, "O", 1);

	if (!err)
		err = hex_append(&text, fail_text(), strlen(fail_text()));
	if (!err)
		err = hex_append(&text, "\n", 1);
	if (!err)
		err = gdb_send(s, &text);
	buf_deinit(&text);
	return err ? err : gdb_reply(s, "E.the replay cannot go on");
}

static void note_stop(struct gdb_server *s, const struct gdb_stop *stop)
{
	s->stop = *stop;
	s->tid = stop->tid;
	/* gdb forgets its breakpoints with the memory they were in. */
	if (stop->kind == GDB_STOP_GONE || stop->kind == GDB_STOP_EXEC)
		gdb_remove_points(s);
	if (stop->kind == GDB_STOP_GONE)
		s->alive = false;
}

/* Why the target need not run at all. */
static bool stays(struct gdb_server *s, const struct resume *r, struct gdb_stop *stop)
{
	stop->tid = s->stop.tid;
	if (s->arriving && r->kind == GDB_RESUME_CONTINUE) {
		s->arriving = false;
		stop->kind = GDB_STOP_ARRIVED;
		return true;
	}
	stop->kind = GDB_STOP_INTERRUPTED;
	return gdb_interrupt_pending(s);
}

static int resume(struct gdb_server *s, const struct resume *r)
{
	struct gdb_stop stop = { 0 };
	int err = 0;

	if (!stays(s, r, &stop)) {
		running(s, true);
		err = r->kind == GDB_RESUME_STEP ? run_steps(s, r, &stop)
						 : run_on(s, r, &stop);
		running(s, false);
	}
	if (err)
		return reply_failure(s);
	note_stop(s, &stop);
	return gdb_reply_stop(s);
}

int gdb_do_continue(struct gdb_server *s, struct text args)
{
	const struct resume r = { .kind = GDB_RESUME_CONTINUE, .tid = gdb_current_thread(s) };

	(void)args;
	return resume(s, &r);
}

int gdb_do_step(struct gdb_server *s, struct text args)
{
	const struct resume r = { .kind = GDB_RESUME_STEP, .tid = gdb_current_thread(s) };

	(void)args;
	return resume(s, &r);
}

/* bc and bs, where the target can. */
int gdb_do_reverse(struct gdb_server *s, struct text args)
{
	struct resume r = { .tid = gdb_current_thread(s) };

	if (!s->ops->reverse)
		return -EOPNOTSUPP;
	if (text_take(&args, 'c'))
		r.kind = GDB_RESUME_REVERSE_CONTINUE;
	else if (text_take(&args, 's'))
		r.kind = GDB_RESUME_REVERSE_STEP;
	else
		return -EOPNOTSUPP;
	return resume(s, &r);
}

int gdb_do_vcont_ask(struct gdb_server *s, struct text args)
{
	(void)args;
	return gdb_reply(s, "vCont;c;C;s;S;t;r");
}

/* "c", "C05", "s", "S05", "rSTART,END", "t" */
static int parse_action(struct text *t, struct resume *ret)
{
	uint64_t signal;

	ret->kind = GDB_RESUME_STEP;
	if (text_take(t, 'r')) {
		ret->range = true;
		return text_take_pair(t, &ret->start, &ret->end) ? 0 : -EINVAL;
	}
	if (text_take(t, 's'))
		return 0;
	if (text_take(t, 'S'))
		return text_take_hex(t, &signal) ? 0 : -EINVAL;
	ret->kind = GDB_RESUME_CONTINUE;
	if (text_take(t, 'C'))
		return text_take_hex(t, &signal) ? 0 : -EINVAL;
	return text_take(t, 'c') || text_take(t, 't') ? 0 : -EINVAL;
}

/* ";ACTION[:THREAD]..." A thread does the first action that names it; the rest
 * of a process never runs ahead of a thread that steps. */
int gdb_do_vcont(struct gdb_server *s, struct text args)
{
	struct resume chosen = { .kind = GDB_RESUME_CONTINUE, .tid = gdb_current_thread(s) };
	bool any = false;

	while (text_take(&args, ';')) {
		struct resume r = { .tid = 0 };
		pid_t tid = -1;
		int err = parse_action(&args, &r);

		if (err)
			return err;
		if (text_take(&args, ':') && !gdb_take_thread(s, &args, &tid))
			return -EINVAL;
		r.tid = tid > 0 ? tid : chosen.tid;
		if (r.kind == GDB_RESUME_STEP && chosen.kind != GDB_RESUME_STEP)
			chosen = r;
		any = true;
	}
	if (!any || text_left(&args))
		return -EINVAL;
	if (!gdb_has_thread(s, chosen.tid))
		return -ESRCH;
	return resume(s, &chosen);
}

int gdb_do_extended(struct gdb_server *s, struct text args)
{
	(void)args;
	return gdb_reply(s, "OK");
}

/* The target stays where it is: gdb may come back with vRun. */
static void leave(struct gdb_server *s)
{
	gdb_remove_points(s);
	s->alive = false;
	s->stop = (struct gdb_stop){ .kind = GDB_STOP_GONE };
}

int gdb_do_detach(struct gdb_server *s, struct text args)
{
	(void)args;
	leave(s);
	return gdb_reply(s, "OK");
}

int gdb_do_vkill(struct gdb_server *s, struct text args)
{
	(void)args;
	leave(s);
	return gdb_reply(s, "OK");
}

int gdb_do_kill(struct gdb_server *s, struct text args)
{
	(void)args;
	leave(s);
	s->no_reply = true;
	return 0;
}

int gdb_do_attached(struct gdb_server *s, struct text args)
{
	/* Not attached: the process ends with the debugger. */
	(void)args;
	return gdb_reply(s, "0");
}

static int start_again(struct gdb_server *s, event_t event)
{
	const struct gdb_place place = { .event = event };
	int err;

	gdb_remove_points(s);
	err = event ? s->ops->go_to(s->ctx, &place) : s->ops->restart(s->ctx);
	if (err)
		return err;
	gdb_started(s);
	/* gdb's `run' goes on from there at once. */
	s->arriving = event != 0;
	return 0;
}

/* The event that `run EVENT` names, 0: none. */
static int parse_event(struct text hex, event_t *ret)
{
	char number[21], *end;
	int err;

	*ret = 0;
	if (!text_left(&hex))
		return 0;
	err = text_unhex_string(hex, number, sizeof(number));
	if (err)
		return err;
	*ret = strtoull(number, &end, 10);
	return *end || number[0] == '-' ? -EINVAL : 0;
}

/* ";PROGRAM;ARGUMENT...": the program is the recorded one, whatever gdb calls
 * it, and its argument says where to start. */
int gdb_do_vrun(struct gdb_server *s, struct text args)
{
	event_t event;
	int err;

	if (!text_take(&args, ';'))
		return -EINVAL;
	text_take_until(&args, ';');
	text_take(&args, ';');
	err = parse_event(text_take_until(&args, ';'), &event);
	if (!err)
		err = start_again(s, event);
	return err ? err : gdb_reply_stop(s);
}

int gdb_do_restart(struct gdb_server *s, struct text args)
{
	(void)args;
	s->no_reply = true;
	/* R has no answer: a failure shows at the next stop. */
	if (start_again(s, 0))
		s->alive = false;
	return 0;
}
