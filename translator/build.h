/* SPDX-License-Identifier: MIT */
/*
 * A block while it is being made. Its body grows at the zone's hot end, stubs at
 * its cold end; nothing of it is known to the cache before build_finish().
 */
#pragma once

#include "translator/map.h"
#include "translator/space.h"

#define BUILD_AHEAD 12 /* instructions looked at behind an exit */
#define BUILD_COPIES 8 /* and copied, at most */
#define BUILD_TAKES 24 /* looked at where ticks may be handed on to */

struct side { /* the taken way of a conditional branch */
	size_t at; /* of the displacement that leads there */
	taddr_t target;
	int8_t ticks;
};

struct constant { /* 8 bytes behind the body: where an EXIT_FAR leads */
	size_t at; /* of the displacement that names it */
	uint64_t value;
	uint32_t exit;
};

struct build {
	struct dbt *d;
	struct cache *c;
	struct zone *z;
	const struct path *path;
	enum dbt_variant variant;
	uint8_t zone;
	taddr_t pc;
	struct emit e;
	uint32_t cold; /* offset of the lowest stub */
	uint32_t first_exit, map_start, start, called_at, entry, body;
	int8_t ticks; /* retired and not yet subtracted; -1: the reverse */
	/* Before which steps to subtract, how (enum count_kind), and how much is
	 * pending then. */
	uint8_t counts[PATH_MAX_INSNS];
	int8_t counts_to[PATH_MAX_INSNS];
	struct map_writer map;
	struct side sides[PATH_MAX_INSNS];
	unsigned n_sides;
	/* If the first step lands: where its CALL leads (0: to what it calls, by an exit), the
	 * entry of the place behind it, and what a RET that does not belong there goes
	 * elsewhere by. */
	taddr_t called;
	bool straight; /* the CALL pushes into the shadow */
	uint32_t landing;
	size_t elsewhere;
	struct constant constants[(BUILD_COPIES + 3) * PATH_MAX_INSNS];
	unsigned n_constants;
	unsigned insns;
	unsigned n_subtracted; /* times that the code subtracts ticks */
	int error; /* -ENOMEM */
};

/* The runtime's words. */
#define ST(field) ((uint32_t)(RT_STATE + RT_O_##field))

/* ---- build.c ---- */

/* Translates the block at pc. Returns its number; -ENOEXEC; -ENOSPC: the zone
 * is full; -ENOMEM. entry: with an indirect entry in front. */
int64_t build_block(struct dbt *d, taddr_t pc, enum dbt_variant variant, bool entry) must_check;

/* Notes that the tracee can be found here in the state before `in` (NULL: a
 * boundary at pc). */
void build_map(struct build *b, taddr_t pc, const struct insn *in, uint8_t spills);
/* Room for n bytes of stubs; the emitter ends at them. */
struct emit build_cold(struct build *b, unsigned n);
void build_constant(struct build *b, size_t at, uint64_t value, uint32_t exit);

/* ---- exits.c ---- */

/* Adds an exit, without or with a stub. x->block, stub and jump are filled in. */
uint32_t exits_note(struct build *b, struct exit x);
uint32_t exits_add(struct build *b, struct exit x);
taddr_t exits_stub(const struct build *b, uint32_t exit);
/* jmp stub */
void exits_stop(struct build *b, struct exit x);
/* The way to another block, after `ticks` branches that were not subtracted. */
void exits_direct(struct build *b, taddr_t target, int8_t ticks);
/* A jcc straight to another block, when what is pending behind it is what is
 * pending there: false when it cannot be linked so, and nothing is emitted. */
bool exits_jcc(struct build *b, unsigned cc, taddr_t target);
/* Whether code there can be linked to by a displacement of the instruction. */
bool exits_is_near(const struct build *b, taddr_t target);
/* A CALL straight to another block that is near; nothing is pending. */
void exits_call(struct build *b, taddr_t target);
/* What a DBT_NORMAL block at target takes over: asked first with what is pending on
 * a way there, it is that if it can be. */
int8_t exits_carry(struct build *b, taddr_t target, int8_t pending);

/* ---- count.c ---- */

/* The address of the counter that what is emitted next subtracts from. */
uint32_t count_counter(struct build *b);
/* Subtracts ticks where flags are dead (or preserving them); when the counter
 * runs out the program stops at pc. Returns the exit. */
uint32_t count_plain(struct build *b, taddr_t pc, int8_t ticks);
uint32_t count_preserving(struct build *b, taddr_t pc, int8_t ticks);
enum count_kind { COUNT_NONE, COUNT_PLAIN, COUNT_PRESERVING /* flags are live */ };
/* Decides for the steps of a DBT_NORMAL path: fills b->counts. What is pending
 * behind the last step is left to exits_direct(). */
void count_plan(struct build *b);
/* Subtracts before step i as planned. */
void count_step(struct build *b, unsigned i);
/* Whether what follows pc has a place to subtract at before it loses control. */
bool count_can_take(struct build *b, taddr_t pc);
/* What follows pc: the first place among the next instructions before which
 * flags are dead. insns[0 .. return) lie in front of it; -1: there is none.
 * *ret_pc is that place. */
int count_ahead(struct build *b, taddr_t pc, struct insn *insns, taddr_t *ret_pc);

/* ---- copy.c ---- */

/* Copies an instruction, its RIP-relative operand put right. */
void copy_insn(struct build *b, const struct insn *in);
/* mov reg, operand (64 bits) for the r/m64 operand of a branch. */
void copy_operand(struct build *b, const struct insn *in, enum emit_reg reg);
/* lea reg, operand for any memory operand; without the base of a segment. */
void copy_address(struct build *b, const struct insn *in, enum emit_reg reg);

/* ---- branch.c ---- */

/* spills: what is spilled. */
void branch_call(struct build *b, const struct step *s, uint8_t spills);
void branch_return(struct build *b, const struct step *s);
/* JMP and CALL through r/m64. */
void branch_indirect(struct build *b, const struct step *s);
/* If the first step lands: what stands in front of the block for it. */
void branch_front(struct build *b);
/* Stops behind an instruction that has left rsp outside of the stack with the shadow. */
void branch_check_stack(struct build *b, const struct insn *in);
/* To the place in rcx through the tables; rcx and rdx are in their slots. */
void branch_table(const struct build *b, struct emit *e);

/* ---- control.c ---- */

/* Emits a step that is no plain copy. */
void control_step(struct build *b, const struct step *s);
/* What follows the last step. */
void control_end(struct build *b);

/* ---- settle.c ---- */

/* XSAVE, XSAVEC, XSAVEOPT, but for the address of the last x87 instruction. False: this
 * processor has no way to find its operand, nothing is emitted. */
bool settle_emit(struct build *b, const struct insn *in);

/* ---- watch.c ---- */

/* Compares the watched ranges, if `in` may have written; goes on at pc. Indirect
 * calls see to it themselves. */
void watch_check(struct build *b, const struct insn *in, taddr_t pc);
/* Compares; what changed stops at pc, with EXIT_DYNAMIC in rt_state.target. */
void watch_compare(struct build *b, taddr_t pc, uint8_t flags);

/* ---- arrival.c ---- */

/* The check in front of the instruction at pc, if that is where to arrive. */
void arrival_check(struct build *b, taddr_t pc);
