/* SPDX-License-Identifier: MIT */
/*
 * Which of the program's instructions make up a superblock: from its start
 * along fall-throughs and direct jumps, through some rounds of a loop that it
 * begins with, through small functions that it calls, through jumps by slots of
 * the same module (as a procedure linkage table has them), and from a call that
 * it begins with to where that returns, up to an instruction that leaves it or a
 * limit.
 */
#pragma once

#include "translator/insn.h"
#include "translator/translator.h"

#define PATH_MAX_INSNS 200
#define PATH_MAX_PAGES 16
#define PATH_MAX_FIXED 4

struct step {
	struct insn in;
	bool lands; /* CALL: the path goes on where it returns */
	/* RET of a leaf, JMP through memory: the path goes on at `to`, which is
	 * checked. */
	bool checked;
	/* JMP: through a slot that the dynamic linker has not filled yet. */
	bool unbound;
	/* RET: of a leaf that leaves the return address alone: the path goes on there. */
	bool known;
	/* JCC: closes a loop, and the path goes on with its next round. */
	bool again;
	taddr_t to;
};

/* Where a conditional branch leaves the path. */
static inline taddr_t step_side(const struct step *s)
{
	return s->again ? s->in.pc + s->in.len : s->in.target;
}

enum path_end {
	PATH_DIRECT,	/* an exit to next */
	PATH_INDIRECT,	/* the last step is an indirect branch */
	PATH_SYSCALL,	/* the last step is a SYSCALL */
	PATH_X87_IMAGE, /* the last step stored an x87 image; goes on at next */
	PATH_STOP,	/* a stop at next, for `why` */
};

struct path {
	struct step steps[PATH_MAX_INSNS];
	unsigned n;
	unsigned n_rounds; /* of these, the rounds of a loop; 0: it has one at most */
	enum path_end end;
	enum dbt_exit why;  /* PATH_STOP; PATH_DIRECT: STEP or MISS */
	struct insn stop;   /* PATH_STOP: the instruction there, if any */
	taddr_t next;
	taddr_t pages[PATH_MAX_PAGES]; /* that the block depends on */
	unsigned n_pages;
	taddr_t fixed[PATH_MAX_FIXED]; /* those that are dbt_ops.is_fixed */
	unsigned n_fixed;
};

/* A limit of the configuration: what was asked for, 0: otherwise; `most` at most. */
static inline unsigned path_limit(unsigned asked, unsigned otherwise, unsigned most)
{
	unsigned n = asked ? asked : otherwise;

	return n < most ? n : most;
}

struct dbt;

/* 0; -ENOEXEC: there is nothing executable at pc. */
int path_collect(struct dbt *d, taddr_t pc, enum dbt_variant variant);

/* Makes a jump by a fixed slot, on which the path relies then, a direct one. */
void path_resolve(struct dbt *d, struct insn *in);

bool path_has_page(const struct path *p, taddr_t page);
/* Adds the page(s) of an instruction to the path's. False: there is no room. */
bool path_add_pages(struct path *p, const struct insn *in);

/* Whether the program may run through pc in the midst of a block. */
bool path_stops_at(const struct dbt *d, taddr_t pc);
