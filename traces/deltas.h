/* SPDX-License-Identifier: MIT */
/*
 * What the events of a frame are encoded against: for each task, its registers
 * and ticks at its previous event in the frame (zero before the first). Encoder
 * and decoder keep the same table, and both empty it at the start of a frame,
 * so that every frame can be decoded alone.
 */
#pragma once

#include "traces/event.h"

/* No frame has events of more tasks than this: it bounds what a hostile frame
 * can make a reader allocate. */
#define DELTAS_MAX 16384

struct delta {
	pid_t tid;
	uint32_t round; /* the slot is empty unless this is the table's */
	ticks_t ticks;
	struct regs regs;
};

struct deltas {
	struct delta *slots; /* owned */
	size_t cap, n;	     /* cap is 0 or a power of two */
	uint32_t round;
	uint64_t time_ns; /* of the previous event in the frame */
};

void deltas_deinit(struct deltas *d);

/* A new frame begins at time_ns. */
void deltas_reset(struct deltas *d, uint64_t time_ns);

/* The entry of task tid, made if there is none; valid until the next call.
 * -ENOMEM, -E2BIG: the frame has too many tasks */
int deltas_task(struct deltas *d, pid_t tid, struct delta **ret) must_check;

/* Event e is complete: the next one of its task is encoded against it. */
void deltas_commit(struct deltas *d, struct delta *task, const struct event *e);

/* The registers with which the program goes on after e. */
struct regs event_next_regs(const struct event *e);
