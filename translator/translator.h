/* SPDX-License-Identifier: MIT */
/*
 * The translator: makes, block by block, code that does what the program's code
 * does, counts ticks, and never runs on uncounted. It emits bytes into memory
 * that its caller mapped, and knows neither ptrace nor traces; tracee/ owns the
 * tracee and calls this.
 *
 * A dbt is one address space's view of its translations. Several dbts (fork
 * children, execs of the same files) may share one cache: the cache, its maps
 * and its links are reference counted, and a dbt that must differ from its
 * sharers leaves for a cache of its own (see dbt_map_code()).
 *
 * Program registers stay in their own machine registers. What translated code
 * needs besides is spilled to struct rt_state (preload/runtime.h), and every
 * place where translated code can fault or stop has a way back to the program's
 * registers (dbt_recover()).
 */
#pragma once

#include <stdbool.h>

#include "common/error.h"
#include "common/regs.h"
#include "common/types.h"

struct dbt;
struct rt_state;

/* How finely a task runs. */
enum dbt_variant {
	DBT_NORMAL, /* superblocks; a check of the counter at each exit */
	DBT_EXACT,  /* a block ends behind its first conditional branch */
	DBT_STEP,   /* one instruction, then a stop */
	DBT_VARIANTS
};

/* Why translated code came to the stop gate. */
enum dbt_exit {
	DBT_EXIT_MISS,	     /* pc has to be translated: resume there */
	DBT_EXIT_TICKS,	     /* the counter ran out */
	DBT_EXIT_SYSCALL,    /* pc: behind the SYSCALL; insn_pc: at it */
	DBT_EXIT_CALLED,     /* a call was made without a stop: RAX is its result */
	DBT_EXIT_VDSO,	     /* at the entry of a vDSO function; see call_nr */
	DBT_EXIT_INSN,	     /* an instruction that sees the outside, at pc */
	DBT_EXIT_FIP,	     /* an x87 image was stored: see dbt_fix_fip() */
	DBT_EXIT_BREAKPOINT, /* before the instruction at pc */
	DBT_EXIT_STEP,	     /* DBT_STEP: pc is the next instruction */
	DBT_EXIT_WATCH,	     /* a watched range changed; pc: behind the writer */
	DBT_EXIT_NOEXEC,     /* pc is not executable: the program's own fault */
	DBT_EXIT_WILD,	     /* the branch at pc leads to target, which is no address */
	DBT_EXIT_UNDECODED,  /* what is at pc is no instruction: #UD is due */
	DBT_EXIT_UNSUPPORTED /* an instruction deja cannot run (insn_text) */
};

/* The instructions of DBT_EXIT_INSN. */
enum dbt_insn {
	DBT_INSN_RDTSC,
	DBT_INSN_RDTSCP,
	DBT_INSN_RDPID,
	DBT_INSN_RDRAND,
	DBT_INSN_RDSEED,
	DBT_INSN_CPUID,
	DBT_INSN_XGETBV,
	DBT_INSN_INT80,
	DBT_INSN_SYSENTER
};

struct dbt_zone {
	taddr_t start;	/* in the tracee */
	size_t bytes;
	uint8_t *write; /* the same memory, writable here */
};

#define DBT_MAX_ZONES 4

struct dbt_config {
	unsigned max_insns;   /* instructions in a superblock; 0: the default */
	unsigned max_ticks;   /* ticks in a superblock; 0: the default */
	bool ahead;	      /* translate along static edges before they miss */
	size_t zone_limit;    /* use only so many bytes of each zone; 0: all */
	bool shadow;	      /* RT_SHADOW is mapped */
	bool no_bmi2;	      /* for tests: no PEXT and PDEP, and LOOP just where it is slow */
	bool no_shadow;	      /* for tests: the shadow is not used */
};

struct dbt_ops {
	/* Copies code at pc that the program may execute now; returns how many
	 * of len bytes, 0 when pc itself is not executable. */
	size_t (*fetch)(void *ctx, taddr_t pc, void *ret, size_t len);
	/* Copies memory that the program may read now; returns how many bytes. What
	 * it says is only a guess at what an indirect jump is going to read. NULL:
	 * no guesses. */
	size_t (*peek)(void *ctx, taddr_t at, void *ret, size_t len);
	/* Whether nothing changes what is in this page, in any of the spaces that share the
	 * cache, before that is told by dbt_invalidate(); known: translations rely on it
	 * already. What is in it is the same in all of them then. NULL: no page is fixed. */
	bool (*is_fixed)(void *ctx, taddr_t page, bool known);
	/* The page holds translated code from now on: the owner makes sure that
	 * a change of it is seen and told by dbt_invalidate(). */
	void (*watch_code)(void *ctx, taddr_t page);
	/* All translations of the cache are about to be forgotten: the last moment
	 * for dbt_fix_fip(). May be NULL, as watch_code may. */
	void (*before_flush)(void *ctx);
};

/* Identity of what is mapped somewhere, to tell whether two spaces hold the
 * same code. kind 0: anonymous, equal to nothing but itself after fork. */
struct dbt_code_id {
	uint64_t dev, ino, mtime_ns, offset;
};

/*
 * Makes a dbt with an empty cache.
 * zones: copied; [0] is the low zone at RT_ZONE, the others (may be none) lie
 * within 2 GiB of the modules. All of a zone is mapped when the dbt runs.
 * private: the supervisor's mapping of RT_PRIVATE_BYTES at RT_STATE: the dbt
 * fills it (tables, constants, entry points).
 * ops, ctx: called from dbt_enter() and dbt_entry(); must outlive the dbt.
 * -ENOMEM
 */
int dbt_create(const struct dbt_config *config, const struct dbt_zone *zones,
	       size_t n_zones, void *private, const struct dbt_ops *ops,
	       void *ctx, struct dbt **ret) must_check;

/* A dbt for a fork child (private: the child's own region, not initialised):
 * shares the cache, has breakpoints and watchpoints of its own (none).
 * -ENOMEM */
int dbt_fork(struct dbt *parent, void *private, const struct dbt_ops *ops,
	     void *ctx, struct dbt **ret) must_check;

void dbt_destroy(struct dbt *d);

/* Whether other dbts use the same cache. */
bool dbt_shared(const struct dbt *d);

/* Leaves a shared cache: from now on d uses zones (new, empty memory which the
 * caller maps over the old zones in the tracee before it runs again). -ENOMEM */
int dbt_unshare(struct dbt *d, const struct dbt_zone *zones, size_t n_zones) must_check;

/*
 * Returns go by the shadow of the stack (DBT_NORMAL, preload/runtime.h) as long as the
 * stack pointer is in that stack and a multiple of 8: false when it is not. Translated
 * code that moves it elsewhere stops with DBT_EXIT_MISS behind that. The caller then has
 * to dbt_leave_shadow() before it enters.
 */
bool dbt_suits(const struct dbt *d, uint64_t rsp);
/* The next cache that d makes for itself does not use the shadow: dbt_unshare() or
 * dbt_join() has to follow. */
void dbt_leave_shadow(struct dbt *d);
/* Leaves its cache, shared or not, for the one that other has. */
void dbt_join(struct dbt *d, const struct dbt *other);
/* Whether what is in the shadow may be outdated: the caller empties it (RT_RETURN in all
 * entries) before the tracee runs, and tells. */
bool dbt_shadow_is_stale(const struct dbt *d);
void dbt_shadow_emptied(struct dbt *d);

/*
 * Tells what code is mapped at [start, end). With a shared cache that already
 * knows something else there: -EEXIST, and the caller has to dbt_unshare().
 * id: NULL for anonymous memory (always -EEXIST when shared).
 */
int dbt_map_code(struct dbt *d, taddr_t start, taddr_t end,
		 const struct dbt_code_id *id) must_check;

/* What is in [start, end) is fixed (dbt_ops.is_fixed) from now on: translations of an
 * earlier run that rely on it are found if it is as it was. With a shared cache that relies
 * on something else there: -EEXIST, and the caller has to dbt_unshare(). */
int dbt_map_fixed(struct dbt *d, taddr_t start, taddr_t end) must_check;

/* Translations from code in [start, start+bytes), or that rely on what is in it, are
 * gone: it was written, unmapped or re-protected. Returns how many blocks that were. The cache must
 * not be shared when there are any (check with dbt_has_code()). */
size_t dbt_invalidate(struct dbt *d, taddr_t start, size_t bytes);
bool dbt_has_code(const struct dbt *d, taddr_t start, size_t bytes);

/* The vDSO functions that become system calls: entry address and number
 * (clock_gettime, gettimeofday, time, getcpu, clock_getres, getrandom). Code at
 * the entry is never translated; reaching it gives DBT_EXIT_VDSO. */
int dbt_set_vdso(struct dbt *d, const taddr_t *entries, const int *numbers, size_t n) must_check;

/* Breakpoints of this dbt (not counted: set twice is set once). -ENOMEM */
int dbt_set_breakpoint(struct dbt *d, taddr_t pc, bool set) must_check;

/* A range of program memory that translated code compares with a copy after
 * every instruction that may write memory. While there is any, all variants
 * are translated so. At most 8 bytes a watch. -ENOMEM, -ENOSPC */
int dbt_set_watch(struct dbt *d, taddr_t start, unsigned bytes, bool set) must_check;
/* Takes over the present contents of all watched ranges: to be called before
 * the task runs after the supervisor wrote memory. read: as fetch, for data. */
void dbt_sync_watches(struct dbt *d, size_t (*read)(void *ctx, taddr_t a, void *ret, size_t n), void *ctx);
/* Whether a watched range differs from its copy; *ret is its start. For instructions
 * behind which translated code does not compare: those of DBT_EXIT_FIP. */
bool dbt_watch_changed(const struct dbt *d, size_t (*read)(void *ctx, taddr_t a, void *ret, size_t n),
		       void *ctx, taddr_t *ret);

/* In DBT_EXACT: DBT_EXIT_BREAKPOINT before the instruction at pc when general
 * register number reg holds value there. One at a time. The cache must not be
 * shared. */
void dbt_set_arrival(struct dbt *d, taddr_t pc, unsigned reg, uint64_t value);
void dbt_clear_arrival(struct dbt *d);

/* ---- running ---- */

/*
 * Where to resume the tracee so that it runs the program at pc. Translates when
 * needed; flushes the cache when it is full. variant holds until the next stop.
 * *ret is the machine address: the caller puts it into RIP, with all other
 * registers the program's own. -ENOMEM. What cannot be executed is not an
 * error: the entry then leads to an exit that says so.
 */
int dbt_enter(struct dbt *d, taddr_t pc, enum dbt_variant variant, taddr_t *ret) must_check;

/*
 * The counter: in DBT_EXACT and DBT_STEP translated code stops with DBT_EXIT_TICKS
 * directly behind branch number budget + 1 since dbt_arm(). In DBT_NORMAL it stops at
 * the first exit at which one of several counters has run out that share the budget:
 * at the latest dbt_slack() ticks later than it, at the earliest when a part of
 * 1 / RT_COUNTERS is used up. budget may be negative: stop at the next tick at all. A
 * branch that is counted ahead is given back at such a stop, so that DBT_NORMAL may
 * stop without having come further when the part is 0.
 */
void dbt_arm(struct dbt *d, int64_t budget);
ticks_t dbt_slack(const struct dbt *d);
/* The budget with which DBT_NORMAL gets on and stops before `left` ticks are done.
 * 0: that is too near for it, what is left is for DBT_EXACT. */
int64_t dbt_budget(const struct dbt *d, int64_t left);

/* The tracee goes on where dbt_enter() said: what is pending there (taken as
 * retired, not yet subtracted) is added to the counter. To be called once, after
 * dbt_enter() and dbt_arm(). */
void dbt_go(struct dbt *d);
/* Whether anything was counted since dbt_go(). */
bool dbt_begun(const struct dbt *d);

/* Ticks counted since dbt_arm(), as far as translated code has written them
 * down (exact at every stop gate exit; at another place add
 * dbt_recovered.ticks). */
ticks_t dbt_counted(const struct dbt *d);

struct dbt_stop {
	enum dbt_exit why;
	taddr_t pc;	    /* the program's RIP at this stop */
	taddr_t insn_pc;    /* of the instruction that caused it, or pc */
	enum dbt_insn insn; /* DBT_EXIT_INSN */
	unsigned insn_bytes; /* length of the instruction at insn_pc */
	unsigned insn_reg;  /* RDRAND, RDSEED, RDPID: destination 0..15 */
	unsigned insn_size; /* RDRAND, RDSEED: operand size in bytes */
	/* DBT_EXIT_SYSCALL, DBT_EXIT_VDSO, DBT_EXIT_CALLED: the system call, */
	int call_nr;
	bool vdso;	    /* whether a vDSO function became it, */
	uint64_t call_rax;  /* and, behind it, RAX before it */
	taddr_t watch;	    /* DBT_EXIT_WATCH: start of the watched range */
	taddr_t target;	    /* DBT_EXIT_WILD */
	taddr_t fip_addr;   /* DBT_EXIT_FIP: where the image holds its FIP */
	unsigned fip_bytes; /* and how many bytes of it: 2, 4 or 8 */
	bool fip_env;	    /* whether it is the 4th of the 7 such fields of FNSTENV */
	/* DBT_EXIT_TICKS in DBT_NORMAL: the arithmetic flags in EFLAGS are not
	 * the program's. They are dead at pc, so it may run on from here, but
	 * this is no place to show or to deliver a signal at: resume with
	 * DBT_EXACT and stop at the next tick. */
	bool flags_lost;
	char insn_text[48]; /* DBT_EXIT_UNSUPPORTED */
};

/*
 * The tracee stopped at RT_GATE_STOP or RT_GATE_TRACED (machine->rip is the
 * gate + 2): says why and turns the machine's registers into the program's.
 */
void dbt_left(struct dbt *d, const struct regs *machine, struct regs *ret_program,
	      struct dbt_stop *ret);

#define DBT_MAX_CALLS 512

/* For each number, whether a call may be made without a stop before it, and which
 * bits of its third argument forbid that; whether it needs no stop behind it either,
 * where its output then is, and how large (RT_OUTPUT_ of preload/runtime.h). */
struct dbt_untraced {
	uint8_t calls[DBT_MAX_CALLS];
	uint8_t traced_if[DBT_MAX_CALLS];
	uint8_t output[DBT_MAX_CALLS];
	uint8_t output_bytes[DBT_MAX_CALLS];
};

/*
 * System calls that are made without a stop before them: their stop comes behind
 * them, DBT_EXIT_CALLED. which: copied; NULL: none. Has no effect on a machine
 * without fast PEXT (all calls then stop before).
 */
void dbt_set_untraced(struct dbt *d, const struct dbt_untraced *which);
/* Whether that holds now: off, every call stops before it is made. buffered: calls
 * that need no stop at all are put into the buffer as long as that has room, and none
 * of them stops. */
void dbt_use_untraced(struct dbt *d, bool on, bool buffered);
/* Whether the tracee, at RT_GATE_STOP, is there for a call that was made. */
bool dbt_stops_behind_call(const struct dbt *d);
/* The tracee stopped at RT_GATE_UNTRACED's SYSCALL (not made yet) or behind it:
 * the program's registers there (RAX as the machine has it) and the exit, as
 * DBT_EXIT_CALLED. False: it is at another place. */
bool dbt_at_untraced(struct dbt *d, const struct regs *machine, struct regs *ret_program,
		     struct dbt_stop *ret);

/* A system call in the buffer, made without a stop, or to be made so in replay. */
struct dbt_call {
	struct regs regs; /* the program's before it, RIP behind the SYSCALL */
	ticks_t ticks;	  /* of the task */
	int64_t result;
	taddr_t addr; /* its output */
	size_t bytes;
	const uint8_t *data; /* the buffer's: valid until dbt_empty_buffer() */
};

/* The supervisor is going to make a call of its own by RT_GATE_UNTRACED. */
void dbt_inject(struct dbt *d);
/* The task's ticks when the counter was armed last: calls in the buffer tell theirs. To
 * be called behind dbt_arm() before buffered calls can be made. */
void dbt_set_time(struct dbt *d, ticks_t ticks);
/* The next call in the buffer that was not returned yet; the tracee may be running. */
bool dbt_next_buffered(struct dbt *d, struct dbt_call *ret);
/* Forgets all calls in the buffer. The tracee is stopped. */
void dbt_empty_buffer(struct dbt *d);
/* Replay: appends a call whose effect the program takes without a stop, when it makes
 * it at the same place as it was recorded. False: there is no room for it. */
bool dbt_give_call(struct dbt *d, const struct dbt_call *call);
/* Whether calls are taken from the buffer now. */
void dbt_use_given(struct dbt *d, bool on);
/* How many of the given calls were taken. */
size_t dbt_taken(const struct dbt *d);
/*
 * The tracee stopped anywhere. Where it is putting a call into the buffer, or taking
 * one, it has to do that again: *machine becomes the place to do it from.
 */
bool dbt_rewind(const struct dbt *d, struct regs *machine);

struct dbt_recovered {
	taddr_t pc;	 /* the instruction that was being executed */
	unsigned bytes;	 /* its length */
	ticks_t ticks;	 /* counted in this block but not yet written down */
	bool boundary;	 /* no part of the instruction has been executed */
	bool shadow;	 /* it is a CALL or RET in the shadow: a fault is not the program's */
};

/*
 * The tracee stopped anywhere (a fault, an asynchronous signal): turns machine
 * registers into the program's as they were before the instruction that was
 * being executed; after a trap instruction (INT3, INT1) they are those behind it.
 * -ENOENT: machine->rip is not in translated code, or is in a place where an
 * instruction is half done that cannot fault: resume it and stop later.
 */
int dbt_recover(struct dbt *d, const struct regs *machine, struct regs *ret_program,
		struct dbt_recovered *ret) must_check;

/* Whether a machine address lies in the cache or the runtime. */
bool dbt_owns(const struct dbt *d, taddr_t machine_pc);

/* The program's address for a machine address that an x87 image (FNSTENV,
 * FXSAVE, XSAVE, a signal frame) holds as its FIP; fip itself when it is not in
 * the cache. bytes: how many low bytes of the address the image has (2, 4, 8);
 * as many of the result count. */
taddr_t dbt_fix_fip(const struct dbt *d, taddr_t fip, unsigned bytes);

/* ---- keeping translations from one run to the next (store.c) ---- */

/* What translations depend on besides the code they were made from: settings,
 * zones, the processor, vDSO entries. Not the program that deja is. */
void dbt_identity(const struct dbt *d, uint64_t ret[2]);

/*
 * Writes the cache to fd. key: of the caller's, asked for when it is loaded.
 * d is good for nothing but dbt_destroy() then. -ENODATA: nothing to save, or the
 * cache is shared or has breakpoints or watches; -ESTALE: most of what is in it is
 * no longer true; -errno of write(2).
 */
int dbt_save(struct dbt *d, const uint64_t key[2], int fd) must_check;

/*
 * Reads what dbt_save() wrote into a dbt that has no translations yet and whose
 * zones are unused. What is loaded is not used before dbt_map_code() tells that
 * its code is mapped, and then only page by page where the contents are those it
 * was made from; watch_code is called for these pages. -EINVAL: it is damaged, of
 * another key, or no such file; d is as before. -ENOMEM
 */
int dbt_load(struct dbt *d, const uint64_t key[2], int fd) must_check;

/* Bytes of a zone that hold translated code now, counted from its start. */
size_t dbt_zone_used(const struct dbt *d, unsigned zone);

struct dbt_stats {
	uint64_t blocks, insns, source_bytes, cache_bytes, flushes, misses, invalidated;
};
void dbt_stats(const struct dbt *d, struct dbt_stats *ret);
