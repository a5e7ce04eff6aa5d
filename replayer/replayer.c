// SPDX-License-Identifier: MIT
// Replaying: takes the events in their order, runs each one's task to its place,
// performs it, and stops where the debugger asked for.
#include "replayer/replayer.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "replayer/private.h"

/* How often a running replay looks whether it was interrupted. */
#define TIMER_US 100000

int rep_load(struct replayer *r)
{
	int n;

	if (r->have_next)
		return 1;
	n = rep_read(r);
	if (n <= 0)
		return n;
	r->have_next = true;
	r->at_place = r->announced = false;
	return 1;
}

static void on_timer(int signo)
{
	(void)signo;
}

static void set_timer(bool on)
{
	struct sigaction action = { .sa_handler = on_timer };
	struct itimerval every = { { 0, TIMER_US }, { 0, TIMER_US } };
	struct itimerval off = { 0 };

	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, on ? &every : &off, NULL);
}

/* The state before the first instruction of the first process. */
static int begin(struct replayer *r)
{
	struct tracees_options o = { .translator = { .ahead = true }, .replay = true, .core = -1 };
	struct replay_stop stop;
	bool noticed;
	int err = tracees_create(&o, &r->tracees);

	if (err)
		return err;
	tracees_set_cpuid(r->tracees, r->header->cpuid, r->header->n_cpuid);
	err = rep_load(r);
	if (err == 0)
		return fail(-ENODATA, "the trace has no events");
	if (err < 0)
		return err;
	if (r->next.kind != EVENT_KEYFRAME)
		return fail(-EIO, "the trace does not begin with a keyframe");
	err = rep_perform(r, &stop, &noticed);
	r->first = r->next.tid;
	r->last = r->next.number;
	r->have_next = false;
	if (err)
		return err;
	/* So that the place can be told. */
	err = rep_load(r);
	return err < 0 ? err : 0;
}

int replayer_create(struct trace_reader *reader, const struct replayer_options *options,
		    struct replayer **ret)
{
	struct replayer *r = calloc(1, sizeof(*r));
	int err;

	if (!r)
		return -ENOMEM;
	r->reader = reader;
	r->header = trace_reader_header(reader);
	r->options = *options;
	err = begin(r);
	if (err) {
		replayer_destroy(r);
		return err;
	}
	r->focus = r->first;
	*ret = r;
	return 0;
}

static int free_user(struct task *t, void *ctx)
{
	(void)ctx;
	rep_task_free(t);
	return 0;
}

static void end(struct replayer *r)
{
	if (r->tracees) {
		tracees_each(r->tracees, free_user, NULL);
		tracees_destroy(r->tracees);
		r->tracees = NULL;
	}
	for (size_t i = 0; i < r->n_shared; i++)
		close(r->shared[i].fd);
	free(r->shared);
	r->shared = NULL;
	r->n_shared = 0;
	r->have_next = r->over_breakpoint = false;
	rep_forget_ahead(r);
}

void replayer_destroy(struct replayer *r)
{
	if (!r)
		return;
	end(r);
	event_deinit(&r->next);
	for (size_t i = 0; i < REP_MAX_AHEAD; i++)
		event_deinit(&r->ahead[i]);
	free(r->breakpoints);
	replayer_free_view(r);
	free(r);
}

int replayer_restart(struct replayer *r)
{
	int err;

	end(r);
	err = trace_seek(r->reader, 1);
	return err ? err : begin(r);
}

void replayer_focus(struct replayer *r, pid_t tgid)
{
	r->focus = tgid;
}

pid_t replayer_focused(const struct replayer *r)
{
	return r->focus;
}

void replayer_goal(struct replayer *r, event_t n)
{
	r->goal = n;
}

void replayer_goal_process(struct replayer *r, pid_t tgid, bool at_exec)
{
	r->goal_process = tgid;
	r->goal_at_exec = at_exec;
}

/* Whether the process that was asked for is there now. */
static bool reached_process(const struct replayer *r, const struct event *done)
{
	if (!r->goal_process)
		return false;
	if (r->goal_at_exec)
		return (done->kind == EVENT_EXEC || done->kind == EVENT_KEYFRAME) &&
		       done->tid == r->goal_process;
	return done->kind == EVENT_SYSCALL_ENTER && done->new_tid == r->goal_process;
}

/* Tells the debugger of a signal before the program gets it. */
static bool announce_signal(struct replayer *r, struct task *t, struct replay_stop *stop)
{
	const struct event *e = &r->next;

	if (e->kind != EVENT_SIGNAL || t->tgid != r->focus || r->announced)
		return false;
	r->announced = true;
	stop->kind = REPLAY_SIGNAL;
	stop->tid = t->tid;
	stop->signo = e->signo;
	memcpy(stop->siginfo, e->siginfo, sizeof(stop->siginfo));
	return true;
}

enum progress { WENT_ON, STOPPED };

/* Moves to the next event and performs it, unless something stops it before. */
static int advance(struct replayer *r, enum replay_run run, struct replay_stop *stop,
		   enum progress *ret)
{
	const struct event *e = &r->next;
	struct task *t = tracees_find(r->tracees, e->tid);
	bool focused = t && t->tgid == r->focus, noticed = false;
	enum rep_moved moved = REP_AT_PLACE;
	int err = 0;

	*ret = STOPPED;
	if (!t && e->kind != EVENT_END)
		return fail(-EIO, "event %lu: there is no task %d: the trace is damaged", e->number,
			    e->tid);
	if (!r->at_place && t)
		err = rep_run_to_event(r, t, focused && run == REPLAY_STEPI, &moved, stop);
	if (err)
		return err;
	if (moved == REP_STOPPED) {
		r->over_breakpoint = stop->kind == REPLAY_BREAKPOINT;
		return 0;
	}
	r->at_place = true;
	if (t && announce_signal(r, t, stop))
		return 0;
	if (focused)
		rep_note_watched(r, t);
	err = rep_perform(r, stop, &noticed);
	if (err)
		return err;
	r->last = e->number;
	r->have_next = false;
	if (noticed || (focused && rep_watched_changed(r, t, stop)))
		return 0;
	if (reached_process(r, e)) {
		stop->kind = REPLAY_GOAL;
		stop->tid = r->goal_process;
		r->goal_process = 0;
		return 0;
	}
	if (focused && run == REPLAY_STEPI) {
		stop->kind = REPLAY_STEP;
		stop->tid = e->tid;
		return 0;
	}
	*ret = WENT_ON;
	return 0;
}

static int go(struct replayer *r, enum replay_run run, struct replay_stop *stop)
{
	for (;;) {
		enum progress p;
		int err = rep_load(r);

		if (err < 0)
			return err;
		if (!err || r->next.kind == EVENT_END) {
			stop->kind = REPLAY_END;
			stop->status = err ? r->next.status : 0;
			return 0;
		}
		if (r->goal && r->next.number >= r->goal) {
			stop->kind = REPLAY_GOAL;
			stop->tid = r->next.tid;
			r->goal = 0;
			return 0;
		}
		if (r->interrupted) {
			stop->kind = REPLAY_INTERRUPTED;
			stop->tid = r->next.tid;
			return 0;
		}
		err = advance(r, run, stop, &p);
		if (err || p == STOPPED)
			return err;
	}
}

int replayer_resume(struct replayer *r, enum replay_run run, struct replay_stop *ret)
{
	struct replay_stop stop = { 0 };
	int err;

	set_timer(true);
	err = go(r, run, &stop);
	set_timer(false);
	r->interrupted = 0;
	if (!err)
		*ret = stop;
	return err;
}

void replayer_interrupt(struct replayer *r)
{
	r->interrupted = 1;
}
