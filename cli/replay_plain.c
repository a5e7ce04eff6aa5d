// SPDX-License-Identifier: MIT
#include "cli/replay_plain.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <sys/time.h>

#include "cli/terminal.h"
#include "cli/trace_arg.h"

/* The timer's handler has to find the replayer. */
static struct replayer *running;

static void on_timer(int signo)
{
	(void)signo;
	replayer_interrupt(running);
}

/* Five times a second the replay is interrupted, to show how far it is. */
static void start_timer(struct replayer *r)
{
	struct sigaction action = { .sa_handler = on_timer, .sa_flags = SA_RESTART };
	struct itimerval interval = { { 0, 200000 }, { 0, 200000 } };

	running = r;
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &interval, NULL);
}

static void stop_timer(void)
{
	struct itimerval none = { 0 };

	setitimer(ITIMER_REAL, &none, NULL);
	progress_end();
}

static void show_place(const struct replayer *r, const struct trace_reader *trace)
{
	struct replay_place place;
	event_t last = trace_last_event(trace);

	replayer_place(r, &place);
	progress_show("replaying: event %" PRIu64 " of %" PRIu64 " (%d%%)", place.event, last,
		      (int)(place.event * 100 / (last ? last : 1)));
}

static int ended(const struct trace_reader *trace, int status, int *ret)
{
	fflush(stdout);
	warn_cut_off(trace);
	*ret = trace_cut_off(trace) ? 0 : status;
	return 0;
}

int replay_plain(struct replayer *r, const struct trace_reader *trace, bool quiet, int *ret)
{
	bool progress = progress_wanted(quiet);
	struct replay_stop stop = { 0 };
	int error;

	replayer_focus(r, 0);
	if (progress)
		start_timer(r);
	while (!(error = replayer_resume(r, REPLAY_CONTINUE, &stop)) && stop.kind != REPLAY_END)
		if (progress)
			show_place(r, trace);
	if (progress)
		stop_timer();
	return error ? error : ended(trace, stop.status, ret);
}

static void print_place(struct replayer *r)
{
	struct replay_place place;
	struct regs g;

	replayer_place(r, &place);
	fprintf(stderr, "event %" PRIu64 " tid %d ticks %" PRIu64, place.event, place.tid,
		place.ticks);
	if (!replayer_regs(r, place.tid, &g))
		fprintf(stderr,
			" rip %" PRIx64 " rax %" PRIx64 " rbx %" PRIx64 " rcx %" PRIx64
			" rdx %" PRIx64 " rsi %" PRIx64 " rdi %" PRIx64 " rbp %" PRIx64
			" rsp %" PRIx64 " r8 %" PRIx64 " r9 %" PRIx64 " r10 %" PRIx64
			" r11 %" PRIx64 " r12 %" PRIx64 " r13 %" PRIx64 " r14 %" PRIx64
			" r15 %" PRIx64 " eflags %" PRIx64 " fs_base %" PRIx64 " gs_base %" PRIx64,
			g.rip, g.rax, g.rbx, g.rcx, g.rdx, g.rsi, g.rdi, g.rbp, g.rsp, g.r8, g.r9,
			g.r10, g.r11, g.r12, g.r13, g.r14, g.r15, g.eflags, g.fs_base, g.gs_base);
	fputc('\n', stderr);
}

int replay_traced(struct replayer *r, const struct trace_reader *trace, event_t from, int *ret)
{
	struct replay_stop stop = { 0 };
	int error;

	replayer_focus(r, 0);
	replayer_goal(r, from);
	while (!(error = replayer_resume(r, REPLAY_CONTINUE, &stop)) && stop.kind != REPLAY_END) {
		if (stop.kind != REPLAY_GOAL)
			continue;
		print_place(r);
		replayer_goal(r, ++from);
	}
	return error ? error : ended(trace, stop.status, ret);
}
