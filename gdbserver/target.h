/* SPDX-License-Identifier: MIT */
/*
 * What the stub needs from the thing it shows to gdb: one interface struct, so
 * that gdbserver/ knows no replayer and its tests need no tracee. cli/ fits the
 * replayer to it.
 *
 * The stub shows one process. All calls come from the thread that serves gdb,
 * but for interrupt().
 */
#pragma once

#include <stdbool.h>

#include "common/buf.h"
#include "common/regs.h"
#include "common/types.h"

/* A place in the run: what `when` shows, and where go_to() goes. */
struct gdb_place {
	event_t event; /* the next event */
	pid_t tid;
	ticks_t ticks;
};

enum gdb_resume_kind {
	GDB_RESUME_CONTINUE,
	GDB_RESUME_STEP,
	GDB_RESUME_REVERSE_CONTINUE,
	GDB_RESUME_REVERSE_STEP,
};

enum gdb_stop_kind {
	GDB_STOP_PLAIN,	     /* at the start; behind a step */
	GDB_STOP_ARRIVED,    /* at the place that was asked for */
	GDB_STOP_BREAKPOINT, /* before the instruction at a breakpoint */
	GDB_STOP_WATCH,	     /* behind an access to a watched range */
	GDB_STOP_SIGNAL,     /* signo comes next; siginfo */
	GDB_STOP_EXEC,	     /* a new image */
	GDB_STOP_GONE,	     /* the process is gone: status as wait(2) gives it */
	GDB_STOP_END,	     /* nothing more was recorded, in this direction */
	GDB_STOP_INTERRUPTED,
};

enum gdb_watch_type { GDB_WATCH_WRITE, GDB_WATCH_READ, GDB_WATCH_ACCESS };

struct gdb_stop {
	enum gdb_stop_kind kind;
	pid_t tid;
	int signo; /* Linux's number */
	uint8_t siginfo[128];
	int status;
	taddr_t watch_addr;
	enum gdb_watch_type watch_type;
};

#define GDB_XSAVE_COMPONENTS 64

/* How the images that xstate() gives are laid out (XSAVE's standard format). */
struct gdb_xsave_layout {
	uint64_t xcr0;
	uint32_t offset[GDB_XSAVE_COMPONENTS]; /* CPUID leaf 0xd, EBX; from 2 on */
};

/*
 * ctx is passed to each function. Those that return int give 0 or -errno;
 * -EOPNOTSUPP means that the target cannot do this at all.
 */
struct gdb_target_ops {
	/* The process shown; its number stays the same while the stub lives. */
	pid_t (*process)(void *ctx);
	/* Its threads that exist now: at most max; returns how many. */
	size_t (*threads)(void *ctx, pid_t *ret, size_t max);
	/* Path of the executable, or NULL. */
	const char *(*exec_file)(void *ctx);
	/* Appends the auxiliary vector. */
	int (*auxv)(void *ctx, struct buf *ret);

	void (*xsave_layout)(void *ctx, struct gdb_xsave_layout *ret);
	int (*regs)(void *ctx, pid_t tid, struct regs *ret);
	/* Appends the XSAVE image. */
	int (*xstate)(void *ctx, pid_t tid, struct buf *ret);

	/* Returns the bytes read: may be short, 0 when addr is not mapped. */
	size_t (*read)(void *ctx, taddr_t addr, void *ret, size_t len);
	/* Breakpoints are never seen by read(). Not counted: the stub sets each
	 * once. */
	int (*set_breakpoint)(void *ctx, taddr_t pc, bool set);
	int (*set_watch)(void *ctx, taddr_t addr, size_t len, enum gdb_watch_type type,
			 bool set);

	/* Runs until something stops it. tid: which thread steps. Reverse kinds
	 * are used only with reverse below. */
	int (*resume)(void *ctx, enum gdb_resume_kind kind, pid_t tid, struct gdb_stop *ret);
	/* Makes a running resume() return soon. Called from another thread, and
	 * again and again until it did. */
	void (*interrupt)(void *ctx);

	/* Going backwards: whether resume() can, where the run stands, and going
	 * to a place (ticks 0: where its event is next). What is hit on the way
	 * of a reverse resume() is told by its stop. */
	bool reverse;
	void (*place)(void *ctx, struct gdb_place *ret);
	int (*go_to)(void *ctx, const struct gdb_place *place);
	/* Back to the beginning of the process. Breakpoints stay. */
	int (*restart)(void *ctx);

	/* Opens a file of the recorded machine for reading: *ret is a descriptor
	 * the stub closes. -ENOENT ... */
	int (*open_file)(void *ctx, const char *path, int *ret);
	/* Appends where a symbolic link of it leads. */
	int (*read_link)(void *ctx, const char *path, struct buf *ret);
};
