/* SPDX-License-Identifier: MIT */
/*
 * Replaying a trace. The replayer stands at a place: (event, ticks of the task,
 * instructions since the tick), and moves to another one. cli/ drives it, for a
 * plain replay and (through cli/replay_gdb.c, which fits it to the interface of
 * gdbserver/) under gdb.
 *
 * Which process a debugger looks at is its focus: breakpoints, steps, signals
 * and exits of the focused process stop the replay, those of others do not.
 */
#pragma once

#include <stdbool.h>

#include "common/buf.h"
#include "common/regs.h"
#include "common/types.h"
#include "traces/trace.h"

struct replayer;

struct replayer_options {
	bool quiet;	   /* do not show what the program wrote to stdout, stderr */
	bool trace_events; /* print every event on stderr, for debugging deja */
};

/* A place in the replay, to show (`when`) and to go to. */
struct replay_place {
	event_t event; /* the next event to be performed */
	pid_t tid;     /* the task that runs to it */
	ticks_t ticks; /* of that task, now */
};

enum replay_stop_kind {
	REPLAY_END,	    /* the trace's end: nothing more happens */
	REPLAY_GOAL,	    /* the event asked for is next */
	REPLAY_BREAKPOINT,  /* before the instruction at a breakpoint */
	REPLAY_WATCH,	    /* behind an instruction that changed (or read) a watched range */
	REPLAY_STEP,	    /* one instruction was executed */
	REPLAY_SIGNAL,	    /* a signal comes next: signo, siginfo; resume delivers it */
	REPLAY_EXEC,	    /* the focused process got a new image */
	REPLAY_EXIT,	    /* the focused process is gone: status */
	REPLAY_FORK,	    /* the focused process made new_tid */
	REPLAY_INTERRUPTED, /* replayer_interrupt() was called */
};

struct replay_stop {
	enum replay_stop_kind kind;
	pid_t tid;
	int signo;
	uint8_t siginfo[128];
	int status; /* REPLAY_EXIT, REPLAY_END: as wait(2) gives it */
	pid_t new_tid;
	taddr_t watch_addr;
	int watch_type; /* enum replay_watch_type */
};

enum replay_run {
	REPLAY_CONTINUE, /* until something of the focus stops it */
	REPLAY_STEPI,	 /* one instruction of the focused process */
};

enum replay_watch_type { REPLAY_WATCH_WRITE, REPLAY_WATCH_READ, REPLAY_WATCH_ACCESS };

/* Starts a replay, standing before the first instruction of the first process.
 * reader stays the caller's and must outlive the replayer. */
int replayer_create(struct trace_reader *reader, const struct replayer_options *options,
		    struct replayer **ret) must_check;
/* Kills the tracees. */
void replayer_destroy(struct replayer *r);

/* Back to the beginning (`run` in gdb). Breakpoints stay. */
int replayer_restart(struct replayer *r) must_check;

/* Which process to look at (at first the first one); 0: none (nothing stops but a goal and the
 * end). */
void replayer_focus(struct replayer *r, pid_t tgid);
pid_t replayer_focused(const struct replayer *r);

/* Stop with REPLAY_GOAL when event n is next (0: no goal). */
void replayer_goal(struct replayer *r, event_t n);
/* Stop with REPLAY_GOAL when process tgid first runs (-f) or execs (-p). */
void replayer_goal_process(struct replayer *r, pid_t tgid, bool at_exec);

/*
 * Goes on. Returns 0 with *ret, or -errno with fail_text(): a divergence
 * (-EILSEQ: the text is the whole report), a damaged trace (-EIO), ...
 */
int replayer_resume(struct replayer *r, enum replay_run run, struct replay_stop *ret) must_check;

/* Makes a running replayer_resume() return soon. Safe in a signal handler. */
void replayer_interrupt(struct replayer *r);

void replayer_place(const struct replayer *r, struct replay_place *ret);

/* The tasks that exist now, of the focused process: at most max; returns how many. */
size_t replayer_tasks(const struct replayer *r, pid_t *ret, size_t max);

/* The program's registers and memory at this place. -ESRCH, -EFAULT */
int replayer_regs(struct replayer *r, pid_t tid, struct regs *ret) must_check;
/* XSAVE image of the task (standard format), appended. */
int replayer_xstate(struct replayer *r, pid_t tid, struct buf *ret) must_check;
/* Returns bytes read (may be short), 0 when addr is not mapped. */
size_t replayer_read(struct replayer *r, pid_t tid, taddr_t addr, void *ret, size_t len);
/* auxv and the path of the executable of the task's image. Owned by r. */
const struct buf *replayer_auxv(struct replayer *r, pid_t tid);
const char *replayer_exe(struct replayer *r, pid_t tid);
/* The program's memory map (as event_mapping lines); owned by r, valid until it moves. */
const struct event_space *replayer_space(struct replayer *r, pid_t tid);

int replayer_set_breakpoint(struct replayer *r, taddr_t pc, bool set) must_check;
int replayer_set_watch(struct replayer *r, taddr_t addr, size_t bytes, enum replay_watch_type type,
		       bool set) must_check;
