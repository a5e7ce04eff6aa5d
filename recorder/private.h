/* SPDX-License-Identifier: MIT */
/* What the files of recorder/ share among themselves. */
#pragma once

#include "recorder/recorder.h"
#include "syscalls/syscalls.h"
#include "tracee/task.h"
#include "traces/trace.h"

/* What the recorder knows of a task besides the tracee layer. */
enum rec_state {
	REC_READY,   /* stopped, wants to run program code */
	REC_RUNNING, /* runs program code */
	REC_KERNEL,  /* a system call is being performed */
	REC_STOPPED, /* by job control */
	REC_ENDING,  /* passed its last stop */
};

struct rec_task {
	enum rec_state state;
	struct regs entry; /* the program's registers when the call began */
	ticks_t entry_ticks;
	struct sys_plan plan;
	const struct rec_handler *handler; /* of the call, or NULL */
	bool entered;			   /* EVENT_SYSCALL_ENTER was written */
	bool emulated;
	struct buf before; /* unmodelled: the plan's areas before the call */
	ticks_t slice_end, next_hash;
	uint64_t turn; /* when it last became ready: smallest runs next */
	int fatal_signo;
};

struct recorder {
	const struct recorder_options *options;
	struct recorder_result *result;
	struct trace_writer *writer;
	struct trace_header header;
	struct tracees *tracees;
	struct task *running;
	struct event event; /* reused for every event */
	pid_t first;	    /* the first process */
	bool first_gone;
	uint64_t began_ns, turns;
	bool output_seeks;	     /* its stdout or stderr is a file with positions */
	int error;		     /* the trace cannot be written any more */
	unsigned char affinity[128]; /* of the recorder before it was pinned */
};

static inline struct rec_task *rec_of(struct task *t)
{
	return t->user;
}

/* ---- events (events.c) ---- */

/* Begins r->event: kind, task, place, registers. */
struct event *rec_event(struct recorder *r, enum event_kind kind, const struct task *t);
/* task_read() for those who know no tasks; ctx: the task. */
size_t rec_read_task(void *ctx, taddr_t addr, void *ret, size_t len);
/* Appends what memory holds now, as far as it can be read. */
int rec_add_memory(struct event *e, struct task *t, taddr_t addr, size_t bytes) must_check;
/* The same when the memory stays as it is until the event is written. */
int rec_add_output(struct event *e, struct task *t, taddr_t addr, size_t bytes) must_check;
/* Appends the pages of [start, end) that are not all zero. */
int rec_add_nonzero(struct event *e, struct task *t, taddr_t start, taddr_t end) must_check;
/* Writes r->event, with as much of its memory as can be read. */
int rec_write_event(struct recorder *r) must_check;
/* Adds the memory hash when one is due (or now: at once), and writes r->event. */
int rec_write(struct recorder *r, struct task *t, bool now) must_check;

/* ---- images (image.c) ---- */

/* Puts the state of the task's whole space into e->spaces[0] and its writes. */
int rec_add_image(struct recorder *r, struct event *e, struct task *t) must_check;
int rec_add_task(struct event *e, struct task *t) must_check;
/* Fills v->file for a private file mapping by storing the file; fd -1: by name. */
int rec_store_file(struct recorder *r, struct task *t, int fd, struct vma *v) must_check;

/* ---- system calls ---- */

/* A call with a handler of its own. */
struct rec_handler {
	int nr;
	/* At the entry: 0 to go on as usual, 1 when *result is the answer and the
	 * kernel is not asked; may change args for the kernel. */
	int (*enter)(struct recorder *r, struct task *t, uint64_t args[6], int64_t *result);
	/* After a performed call, before its event is written: may add to r->event
	 * and change tracee memory. */
	int (*done)(struct recorder *r, struct task *t, struct event *e, int64_t *result);
	/* The bits of the third argument without which `enter` does nothing; 0: there
	 * are none. */
	uint8_t enter_if;
};

const struct rec_handler *rec_find_handler(int nr);
/* Whether a handler (NULL: none) has to see every call before the kernel does. */
bool rec_needs_entry(const struct rec_handler *h);
extern const struct rec_handler rec_memory_handlers[], rec_special_handlers[];
extern const size_t rec_n_memory_handlers, rec_n_special_handlers;

int rec_syscall(struct recorder *r, struct task *t, struct task_stop *stop) must_check;
/* A call that was made without a stop before it. */
int rec_called(struct recorder *r, struct task *t, struct task_stop *stop) must_check;
/* A call that was made without any stop: tracees_options.buffered, ctx: the recorder. */
int rec_buffered(void *ctx, struct task *t, const struct dbt_call *call) must_check;
int rec_note_call(struct task *t, const struct task_stop *stop) must_check;
int rec_syscall_done(struct recorder *r, struct task *t) must_check;
/* Whether the tracee's descriptor is the supervisor's own (1 or 2), open once. */
bool rec_is_ours(const struct task *t, int ours, uint64_t theirs);
/* Writes the event of the call in progress with the given raw result. */
int rec_write_call(struct recorder *r, struct task *t, int64_t result) must_check;
/* Other tasks are about to run while t is in its call. */
int rec_note_entered(struct recorder *r, struct task *t) must_check;

/* ---- processes (process.c) ---- */

/* Handler: executing a 32-bit program is refused. */
int rec_refuse_32_bit(struct recorder *r, struct task *t, uint64_t args[6],
		      int64_t *result) must_check;
/* Handler: a clone that would make a thread is refused. */
int rec_refuse_threads(struct recorder *r, struct task *t, uint64_t args[6],
		       int64_t *result) must_check;
int rec_cloned(struct recorder *r, struct task *t, struct task_stop *stop) must_check;
int rec_execed(struct recorder *r, struct task *t) must_check;
int rec_exiting(struct recorder *r, struct task *t, struct task_stop *stop) must_check;
int rec_gone(struct recorder *r, struct task *t, struct task_stop *stop) must_check;
struct rec_task *rec_task_new(struct task *t);
void rec_task_free(struct task *t);

/* ---- signals (signal.c) ---- */

/* Delivers what waits, if it can be delivered here. Returns 1 when a signal was
 * delivered to a handler or the task went on to its end or stop. */
int rec_deliver_pending(struct recorder *r, struct task *t) must_check;
int rec_fault(struct recorder *r, struct task *t, struct task_stop *stop) must_check;
int rec_signal_in_call(struct recorder *r, struct task *t, struct task_stop *stop) must_check;

/* ---- instructions (insn.c) ---- */

int rec_insn(struct recorder *r, struct task *t, struct task_stop *stop) must_check;
int rec_read_cpuid(struct trace_header *h) must_check;

/* ---- scheduling (schedule.c) ---- */

void rec_make_ready(struct recorder *r, struct task *t);
/* Runs t on, or another task if it is that one's turn. */
int rec_schedule(struct recorder *r) must_check;
/* While r->running runs: if another task is ready, it must not wait any more. */
int rec_end_waiting(struct recorder *r) must_check;
