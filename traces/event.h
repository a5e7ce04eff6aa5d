/* SPDX-License-Identifier: MIT */
/*
 * The events of a trace, as recorder and replayer hold them in memory. How they
 * lie on disk is the business of traces/ alone (docs/trace-format.md).
 */
#pragma once

#include <stdbool.h>

#include "common/buf.h"
#include "common/regs.h"
#include "common/types.h"

enum event_kind {
	EVENT_KEYFRAME = 1,  /* the complete state of all tasks */
	EVENT_EXEC,	     /* a task got a new image: spaces[0] */
	EVENT_SYSCALL,	     /* a system call, complete */
	EVENT_SYSCALL_ENTER, /* it began, and other tasks ran before it ended */
	EVENT_SIGNAL,	     /* a signal was delivered */
	EVENT_INSN,	     /* an instruction saw the outside */
	EVENT_SCHED,	     /* the task was preempted */
	EVENT_EXIT,	     /* the task is gone: status */
	EVENT_END,	     /* the recording ended by itself: status */
	EVENT_KINDS
};

/* The bytes of a write are read from event.source when the event is written. */
#define EVENT_LATER UINT64_MAX

/* Memory that came from outside: size bytes at addr, kept in event.data at
 * data_offset, unless that is EVENT_LATER. size > bytes available is refused by the
 * reader. */
struct event_write {
	taddr_t addr;
	uint64_t size;
	uint64_t data_offset;
};

enum {
	MAPPING_FILE = 1,   /* contents come from trace file `file` at `offset` */
	MAPPING_SHARED = 2, /* MAP_SHARED */
	MAPPING_GROWS = 4,  /* MAP_GROWSDOWN, the stack */
	MAPPING_HEAP = 8,   /* the brk area */
	MAPPING_VDSO = 16,
	MAPPING_VVAR = 32,
};

/* One line of the program's memory map, as the program would see it. */
struct event_mapping {
	taddr_t start, end;
	uint32_t prot;	/* PROT_ as the program asked for */
	uint32_t flags; /* MAPPING_ */
	uint32_t file;	/* id of a trace file, with MAPPING_FILE */
	uint64_t offset;
	uint64_t dev, ino;
	char *name; /* owned; as in /proc/PID/maps, or NULL */
};

/* The state of an address space. Memory contents that do not come from files
 * are the event's writes. */
struct event_space {
	struct event_mapping *mappings; /* owned */
	size_t n_mappings, cap_mappings;
	taddr_t brk_start, brk;
	taddr_t zones[4][2]; /* code cache zones: start, bytes; 0 where none */
	char *exe;	     /* owned; path of the program */
	char *interp;	     /* owned; name the kernel gave as comm, or NULL */
	struct buf auxv;     /* AT_ pairs */
};

struct event_task {
	pid_t tid, tgid, ppid, pgid, sid;
	uint32_t space; /* index into spaces */
	ticks_t ticks;
	struct regs regs;
	uint64_t sigmask;
	struct buf xstate; /* XSAVE image, as PTRACE_GETREGSET NT_X86_XSTATE */
};

enum {
	EVENT_UNMODELLED = 1, /* no rule for the call: memory found by comparing */
	EVENT_HASH = 2,	      /* memory_hash is valid */
	EVENT_STDOUT = 4,     /* the call wrote to the recording's stdout */
	EVENT_STDERR = 8,     /* ... stderr */
	EVENT_AFTER = 16,     /* regs_after differs from regs in more than RAX */
	EVENT_XSTATE = 32,    /* xstate: vector registers after the event */
	EVENT_SYNC = 64,      /* a signal that the instruction itself raised */
	EVENT_CORE = 128,     /* a signal that kills with a core dump */
	EVENT_INEXACT = 256,  /* place is (ticks, all registers), not a tick end */
	EVENT_SHARES = 512,   /* the new task shares memory with its parent (vfork) */
};

enum event_disposition {
	SIGNAL_HANDLED = 1, /* a handler runs: regs_after, writes, xstate */
	SIGNAL_IGNORED,	    /* nothing the program sees */
	SIGNAL_FATAL,	    /* the process dies of it */
	SIGNAL_STOPS,	    /* the process stops until SIGCONT */
};

struct event {
	enum event_kind kind;
	uint32_t flags; /* EVENT_ */
	event_t number;
	pid_t tid;
	ticks_t ticks;		/* of the task, at this place */
	uint64_t time_ns;	/* since the recording began, when it was noted */
	struct regs regs;	/* the program's, when the event came */
	struct regs regs_after; /* with EVENT_AFTER, else regs with the result */

	/* EVENT_SYSCALL, EVENT_SYSCALL_ENTER, EVENT_EXIT */
	int32_t nr;
	int64_t result; /* EVENT_SYSCALL */
	pid_t new_tid;	/* EVENT_SYSCALL_ENTER of fork, vfork, clone: the child, else 0 */
	/* mmap and its like, when the call changed mappings: what is mapped
	 * now at regs_after.rax (mappings[0 .. n_mappings) of spaces[0]). */

	/* EVENT_SIGNAL */
	int32_t signo;
	uint8_t siginfo[128];
	enum event_disposition disposition;

	/* EVENT_INSN */
	int32_t insn; /* enum dbt_insn */

	/* EVENT_EXIT, EVENT_END: as wait(2) gives it */
	int32_t status;

	uint64_t memory_hash;

	struct event_write *writes; /* owned */
	size_t n_writes, cap_writes;
	struct buf data;   /* bytes of the writes */
	/* For writes with EVENT_LATER: returns how many of the len bytes it read. */
	size_t (*source)(void *ctx, taddr_t addr, void *ret, size_t len);
	void *source_ctx;
	struct buf xstate; /* with EVENT_XSTATE */

	struct event_space *spaces; /* owned; KEYFRAME, EXEC, mmap-like SYSCALL */
	size_t n_spaces, cap_spaces;
	struct event_task *tasks; /* owned; KEYFRAME: all, EXEC: one */
	size_t n_tasks, cap_tasks;
};

/* { 0 } is an empty event. Frees what it owns and makes it empty; _clear keeps
 * the buffers' memory for the next use. */
void event_deinit(struct event *e);
void event_clear(struct event *e);

/* Appends a write and returns where its size bytes have to be put (valid until
 * the next append). -ENOMEM */
int event_add_write(struct event *e, taddr_t addr, size_t size, uint8_t **ret) must_check;
/* A write whose bytes the source has: they are copied once less. -ENOMEM */
int event_add_write_later(struct event *e, taddr_t addr, size_t size) must_check;
/* Reads now what was left for later, as far as the source has it. -ENOMEM */
int event_read_source(struct event *e) must_check;

/* Appends an empty mapping to space (and returns it through ret, valid until
 * the next append; so too the two below). -ENOMEM */
int event_add_mapping(struct event_space *s, struct event_mapping **ret) must_check;
int event_add_space(struct event *e, struct event_space **ret) must_check;
int event_add_task(struct event *e, struct event_task **ret) must_check;

/* Frees what a space or a task owns and makes it empty. */
void event_space_deinit(struct event_space *s);
void event_task_deinit(struct event_task *t);

/* "SYSCALL", "EXIT" ...; "?" for a kind that does not exist. */
const char *event_kind_name(enum event_kind kind);
