/* SPDX-License-Identifier: MIT */
/*
 * A program run twice: natively, one PTRACE_SINGLESTEP at a time with its
 * conditional branches counted, and translated. The first run leaves a list of
 * items, in the order in which a translated run has to come by them:
 *
 *	TICK	directly behind the branch that reaches item.ticks
 *	CALL	at a system call; the kernel's answer is kept
 *	INSN	at an instruction that sees the outside; its results are kept
 *	FAULT	an instruction raised a signal, and its handler was entered
 *
 * At each of them registers, vector registers and memory of both runs are equal.
 * What the outside answered to the first run is given to the second.
 */
#pragma once

#include <signal.h>
#include <stdbool.h>

#include "common/buf.h"
#include "common/regs.h"
#include "common/types.h"
#include "syscalls/syscalls.h"
#include "tracee/task.h"

/* ---- memory ---- */

struct steps_page {
	taddr_t addr;
	const uint8_t *data; /* DEJA_PAGE_BYTES, shared by snapshots it is equal in */
};

struct steps_memory {
	struct steps_page *pages; /* sorted; pages of zeros are left out */
	size_t n, cap;
};

/* What t may write, now. prev: an earlier snapshot of the same run, or NULL. */
int steps_memory_take(struct task *t, const struct steps_memory *prev,
		      struct steps_memory *ret) must_check;
/* Whether t's memory is as expected; prints the first differences. */
bool steps_memory_equal(struct task *t, const struct steps_memory *expected);
void steps_memory_deinit(struct steps_memory *m);
/* Frees the data of all snapshots. */
void steps_memory_free_all(void);

/* ---- a native run ---- */

enum steps_kind { STEPS_TICK, STEPS_CALL, STEPS_INSN, STEPS_FAULT };

struct steps_item {
	enum steps_kind kind;
	ticks_t ticks;
	struct regs regs, after; /* after: CALL, INSN; FAULT: in the handler */
	struct buf xstate;	 /* TICK, CALL */
	struct steps_memory memory;
	int64_t result;		 /* CALL */
	struct sys_areas written; /* CALL: what the kernel wrote, and its bytes */
	struct buf data;
	siginfo_t info;		 /* FAULT */
	uint64_t frame_features; /* FAULT: XSTATE_BV in the signal frame */
};

/* The state before an instruction. */
struct steps_each {
	struct regs regs;
	ticks_t ticks;
};

struct steps_run {
	struct steps_item *items;
	size_t n, cap;
	struct steps_each *each;
	size_t n_each, cap_each;
	size_t insns;
	ticks_t ticks;
	int status; /* of the program's exit; -1: it had not ended */
};

struct steps_program {
	const char *path;
	char **argv, **envp;
	size_t max_insns;  /* 0: to its end */
	unsigned distance; /* between ticks that are compared, on average */
	uint64_t seed;
};

int steps_native(const struct steps_program *p, struct steps_run *ret) must_check;
void steps_run_deinit(struct steps_run *r);

/* ---- a translated run ---- */

struct steps_variant {
	const char *name;
	struct dbt_config config;
	unsigned every; /* of the TICK items one in so many is stopped at; 0: none */
	bool each;	/* instruction by instruction instead */
};

/* Prints where the runs differ; 0 when nowhere, -EBADMSG. */
int steps_translated(const struct steps_program *p, const struct steps_variant *v,
		     const struct steps_run *native) must_check;

/* ---- what both need ---- */

/* Starts the program, stopped before its first instruction, with AT_RANDOM made
 * the same and without a vDSO to call. w: created with these options. */
int steps_start(const struct steps_program *p, struct tracees *w, struct task **ret) must_check;

/* A call that ends the comparison. */
bool steps_ends_at(int nr);
/* A call that both runs answer with ENOSYS: the kernel writes memory at any time. */
bool steps_refuses(int nr);
void steps_args(const struct regs *regs, uint64_t args[6]);
size_t steps_read(void *ctx, taddr_t addr, void *ret, size_t len);
/* After a call: t's map as it is then. regs: at the call. */
int steps_track_map(struct task *t, int nr, const struct regs *regs, int64_t result) must_check;

/* Registers that the program can see, printed where they differ. */
bool steps_regs_equal(const struct regs *expected, const struct regs *found);
bool steps_xstate_equal(const struct buf *expected, const struct buf *found);
/* Where a handler's frame holds the image of the vector state, or 0. */
taddr_t steps_frame_image(struct task *t, taddr_t rsp);
