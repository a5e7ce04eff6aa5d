/* SPDX-License-Identifier: MIT */
/* What the files of replayer/ share among themselves. */
#pragma once

#include <signal.h>

#include "replayer/replayer.h"
#include "syscalls/syscalls.h"
#include "tracee/task.h"

#define REP_MAX_WATCHES 16
#define REP_MAX_AHEAD	128

struct rep_watch {
	taddr_t addr;
	size_t bytes;
	enum replay_watch_type type;
	uint8_t before[8]; /* an event is performed: the contents before it */
};

/* Memory that several mappings share: one memfd for each file or segment. */
struct rep_shared {
	uint64_t dev, ino;
	int fd;
	uint64_t bytes;
};

struct replayer {
	struct trace_reader *reader;
	const struct trace_header *header;
	struct replayer_options options;
	struct tracees *tracees;

	struct event next; /* the next event to be performed */
	bool have_next;
	bool at_place;	/* its task stands where it comes */
	bool announced; /* the debugger was told that this signal comes */
	event_t last; /* performed */

	/* What was read behind `next`, a ring, and what reading on gave; how many calls
	 * from `next` on the task was given. */
	struct event ahead[REP_MAX_AHEAD];
	size_t first_ahead, n_ahead;
	int ahead_error;
	size_t n_given;

	pid_t first, focus;
	bool over_breakpoint; /* the task stands at one that was reported */
	event_t goal;
	pid_t goal_process;
	bool goal_at_exec;

	taddr_t *breakpoints;
	size_t n_breakpoints, cap_breakpoints;
	struct rep_watch watches[REP_MAX_WATCHES];
	size_t n_watches;

	struct rep_shared *shared;
	size_t n_shared;
	struct event_space *space_view; /* for replayer_space() */
	volatile sig_atomic_t interrupted;
};

/* What a task's image is, kept in task->user. */
struct rep_task {
	struct buf auxv;
	char *exe;
};

/* ---- the trace ---- */

/* Loads r->next if there is none: 1, or 0 at the end. */
int rep_load(struct replayer *r) must_check;

/* ---- reading ahead (ahead.c) ---- */

/* Reads the next event into r->next: 1, or 0 at the end. */
int rep_read(struct replayer *r) must_check;
/* The trace is going to be read from another place. */
void rep_forget_ahead(struct replayer *r);
/* Gives t, which is about to run, the calls from r->next on that it can take without
 * a stop. Returns the event to run to. */
const struct event *rep_give(struct replayer *r, struct task *t);
/* t has stopped: r->next becomes the first event that it has not taken. */
int rep_take_given(struct replayer *r, struct task *t) must_check;

/* ---- places (place.c) ---- */

enum rep_moved {
	REP_AT_PLACE, /* r->next's task stands where the event comes */
	REP_STOPPED,  /* something of the focus stopped it before: *stop */
};
/* Runs r->next's task towards its event. steps: one instruction at most. */
int rep_run_to_event(struct replayer *r, struct task *t, bool steps, enum rep_moved *moved,
		     struct replay_stop *stop) must_check;

/* ---- effects (effect.c) ---- */

/* Performs r->next; *stop is filled (kind) when a focused process would notice,
 * else its kind stays as it was. */
int rep_perform(struct replayer *r, struct replay_stop *stop, bool *noticed) must_check;
int rep_apply_writes(struct replayer *r, struct task *t, const struct event *e) must_check;

/* ---- memory (memory.c, image.c) ---- */

int rep_memory_call(struct replayer *r, struct task *t, const struct event *e) must_check;
int rep_map(struct replayer *r, struct task *t, const struct event_mapping *m) must_check;
/* mprotect(2) by the task, not the program's. */
int rep_protect(struct replayer *r, struct task *t, taddr_t start, taddr_t end, int prot) must_check;
/* Builds the image of e->spaces[0] with e->tasks[0] in a new process. */
int rep_build_image(struct replayer *r, const struct event *e, struct task **ret) must_check;
void rep_task_free(struct task *t);
/* Puts breakpoints and watches of the focus into the task's space. */
int rep_arm_points(struct replayer *r, struct task *t) must_check;

/* What a system call or signal does to watched memory is seen by comparing. */
/* Takes over what watched memory holds now, behind a stop for a change. */
void rep_sync_watches(struct task *t);
void rep_note_watched(struct replayer *r, struct task *t);
bool rep_watched_changed(struct replayer *r, struct task *t, struct replay_stop *stop);

/* ---- reports (report.c) ---- */

/* Notes a divergence report and returns -EILSEQ. */
int rep_diverged(struct replayer *r, struct task *t, const char *format, ...) must_check
	__attribute__((format(printf, 3, 4)));
/* Compares the task's registers with those of the event. */
int rep_check_regs(struct replayer *r, struct task *t) must_check;
int rep_check_hash(struct replayer *r, struct task *t, const struct event *e) must_check;

/* Releases what replayer_space() gave. */
void replayer_free_view(struct replayer *r);

/* ---- output (output.c) ---- */
void rep_show_output(struct replayer *r, struct task *t, const struct event *e);
