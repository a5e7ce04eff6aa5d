/* SPDX-License-Identifier: MIT */
/*
 * From the kernel's stops to those of struct task_stop: what wait.c, gate.c and
 * fault.c share. A handler returns 0 when *ret is to be reported, RUNS_ON when
 * the task was resumed and there is nothing to report, or -errno.
 */
#pragma once

#include <errno.h>

#include "tracee/private.h"

#define RUNS_ON 1

/* Whether a call was interrupted, and may be made again. */
static inline bool stops_interrupted(int64_t result)
{
	return task_is_restart(result) || result == -EINTR;
}

/* Adds what was counted since the counter was armed to t->ticks. */
void task_count(struct task *t);

/* ---- gate.c ---- */

/* The task is to stop at the end of its next tick, or before its next call. */
void stops_settle(struct task *t);

/* A seccomp stop. */
int stops_at_gate(struct task *t, struct task_stop *ret) must_check;
/* Whether the task, with the machine's registers now, is at or behind the SYSCALL of
 * a call made without a stop before it: t and *ret are then as for TASK_CALLED. */
bool stops_at_untraced(struct task *t, const struct regs *now, struct task_stop *ret);
/* Whether the task, about to die, has made a call that was not reported: t and *ret are
 * then as for TASK_CALLED, or the call is the announced one. */
bool stops_call_made(struct task *t, struct task_stop *ret);
/* Behind that: as if the call had been announced and were still to be made. */
void stops_not_made(struct task *t, struct task_stop *ret);
/* The task is stopped for a signal or an interruption: where it is putting a call into
 * the buffer, or taking one, it will do so again. 1: that is so. */
int stops_rewind(struct task *t) must_check;
/* Runs the instruction at t->regs.rip by itself. */
int stops_run_alone(struct task *t) must_check;
/* An access to addr faulted: lets it happen if its page is watched or guarded; 0
 * when it is not. */
int stops_let_access(struct task *t, taddr_t addr) must_check;
int stops_let_write_through(struct task *t, taddr_t addr) must_check;

/* ---- x87_image.c ---- */

/* DBT_EXIT_FIP: corrects the image, which holds the address of translated code. */
void stops_fix_image(struct task *t, const struct dbt_stop *stop);

/* ---- fault.c ---- */

/* A signal-delivery stop. */
int stops_at_signal(struct task *t, struct task_stop *ret) must_check;
