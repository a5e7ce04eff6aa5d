/* SPDX-License-Identifier: MIT */
/* What the files of tracee/ share among themselves. */
#pragma once

#include "tracee/os.h"
#include "tracee/task.h"

/* A cache without a process, and the dbt that stands for it. */
struct pooled {
	struct dbt_code_id image;
	struct cache_memory *cache;
	struct dbt *dbt;
	void *private;
};

#define POOL_MAX 8

struct pool {
	bool saves; /* what it drops is kept on disk */
	struct pooled items[POOL_MAX]; /* the oldest first */
	size_t n;
};

struct tracees {
	struct tracees_options options;
	struct pool pool;
	struct task **tasks;
	size_t n, cap;
	int shadow_fd; /* what an unused shadow has, SHADOW_PIECE bytes of it; 0: none yet */
	struct task *stubs[2]; /* none of the tasks; see stub.c; by memory layout */
	int core;
	const struct cpuid_row *cpuid; /* of tracees_set_cpuid() */
	size_t n_cpuid;
	struct early_status {
		pid_t os_tid;
		int status;
	} * early; /* stops that came while something else was waited for */
	size_t n_early, cap_early;
};

/* Memory that holds the runtime and the zones, mapped into every space that
 * shares a cache. */
struct cache_memory {
	unsigned refs;
	int fd;
	struct space_layout layout;
	uint8_t *write;			/* the zones, then the runtime page */
	size_t bytes, runtime;		/* of all; where the runtime page is */
	size_t promoted[DBT_MAX_ZONES]; /* bytes of a zone in huge pages */
	uint64_t key[2];		/* on disk */
	bool has_key;
	size_t loaded; /* bytes of translations that came from disk */
};

/* A budget that is never used up. */
#define UNLIMITED_BUDGET (INT64_MAX / 4)

/* ---- spawn.c ---- */

struct launch {
	const char *program;
	char **argv, **envp;
	int fd; /* >= 0: execute this instead of program */
	unsigned long personality;
	int error_pipe; /* of spawn_launch() */
};

/* Starts a process, seized and with the filter, and waits for its exec's event. */
int spawn_launch(struct launch *l, pid_t *ret) must_check;
/* Goes on to the end of the exec; its registers are in t->machine then. */
int spawn_finish_exec(struct task *t) must_check;

/* The kernel's clone(2) event came for child: waits for its first stop. */
int task_wait_for_child(struct tracees *w, pid_t child) must_check;

struct task *task_new(struct tracees *w, pid_t tid, pid_t os_tid);
void task_leave_space(struct task *t);
/* Forgets the task (its process is gone already). */
void task_free(struct task *t);

/* Waits for t's next stop and returns its wait status; asynchronous signals that
 * come meanwhile are put aside, and the task goes on as it was resumed before
 * (os_cont, os_cont_to_syscall, os_step). -ESRCH when the task dies
 * (tracees_wait() reports it later). */
int task_wait_internal(struct task *t, int (*resume)(pid_t tid, int signo), int *status) must_check;
int tracees_keep_early(struct tracees *w, pid_t os_tid, int status) must_check;
bool tracees_take_early(struct tracees *w, pid_t os_tid, pid_t *ret_tid, int *status);

/* Notes an asynchronous signal that has to wait. */
void task_stash(struct task *t, const siginfo_t *info);

/* ---- signal.c ---- */

/* Notes what the program does about SIGSEGV, before it runs on to a fault that is not its
 * own: the kernel makes it the default, unblocked, when such a signal comes where it is
 * blocked or ignored. Source: Linux kernel/signal.c force_sig_info_to_task() */
int task_note_segv(struct task *t) must_check;
/* Such a fault has come: makes it what it was again. */
int task_restore_segv(struct task *t) must_check;

/* Resumes program code from t->regs as task_run() arranged it. */
int task_go(struct task *t) must_check;

/* ---- pool.c ---- */

void pool_deinit(struct pool *pool);
/* The kept cache for an image, with the same zones; NULL: none. */
const struct pooled *pool_find(const struct pool *pool, const struct dbt_code_id *image,
			       const struct space_layout *layout);
/* Keeps the cache, dbt and private region of a space that nobody uses any more.
 * False: it does not want them. */
bool pool_give(struct pool *pool, struct space *s);
/* Keeps one that is not kept yet; takes over all of it. */
void pool_add(struct pool *pool, struct pooled item);

/* ---- cache.c ---- */

int cache_memory_new(const struct tracees *w, const struct space_layout *layout,
		     struct cache_memory **ret) must_check;
/* Gives up one reference. */
void cache_memory_put(struct cache_memory *c);
/* The zones as the translator wants them; returns how many. */
size_t cache_memory_zones(const struct cache_memory *c, struct dbt_zone *ret);
/* Maps the runtime page and all zones into the tracee, over what was there. */
int cache_memory_map(struct task *t, taddr_t gate, taddr_t scratch,
		     const struct cache_memory *c) must_check;
/* Makes huge pages of a zone that fills up. */
void cache_memory_promote(struct cache_memory *c, const struct dbt *d);

/* ---- relro.c ---- */

struct relro {
	taddr_t start, end;
};

/* The task is at the first instruction of its image. */
void relro_note_loader(struct task *t);
/* Behind an mprotect of [start, end): notes it if the dynamic linker has made that
 * read-only. */
int relro_note(struct task *t, taddr_t start, taddr_t end) must_check;
/* dbt_ops.is_fixed */
bool relro_is_fixed(void *ctx, taddr_t page, bool known);
/* Tells another cache what is fixed. */
int relro_map_all(struct task *t) must_check;
/* [start, end) may change: drops what relies on it. */
int relro_going(struct task *t, taddr_t start, taddr_t end) must_check;
int relro_fork(const struct space *parent, struct space *s) must_check;

/* ---- space ---- */
struct space *space_new(struct tracees *w, pid_t os_tid);
void space_put(struct space *s);
/* A child's space after fork: same cache, own private region (which is mapped
 * into the child by injected calls). */
int space_fork(struct task *child, const struct space *parent) must_check;
/* Write-protects the pages that the last translation read from. */
int space_guard_new(struct task *t) must_check;
/* A write to addr faulted: if that is because of our guard, lets it happen.
 * Returns 1 if so, 0 if the fault is the program's own. */
int space_unguard(struct task *t, taddr_t addr) must_check;
/* Drops the translations of [start, end), leaving a shared cache if need be. */
int space_drop_code(struct task *t, taddr_t start, taddr_t end) must_check;
/* Drops what was translated from pages that then were not guarded. */
int space_drop_unguarded(struct task *t) must_check;
/* dbt_enter() with the guards it asks for. */
int space_enter(struct task *t, taddr_t pc, enum dbt_variant variant, taddr_t *ret) must_check;
/* ... without: space_drop_unguarded() has to follow. */
int space_enter_unguarded(struct task *t, taddr_t pc, enum dbt_variant variant,
			  taddr_t *ret) must_check;
/* shadow.c: maps the shadow, with deja's own gate and scratch memory. -ENOMEM, -EEXIST */
int space_map_shadow(struct task *t) must_check;
/* Makes all of its entries unused. */
int space_empty_shadow(struct task *t) must_check;
/* The stack pointer is where the shadow is not: returns go by the table from now on. */
int space_leave_shadow(struct task *t) must_check;
int space_protect(struct task *t, taddr_t start, size_t bytes, int prot) must_check;
/* An access to addr faulted: if its page is watched, notes whether the instruction
 * at t->regs touches a watch and opens the pages. Returns 1 if so. */
int space_open_watched(struct task *t, taddr_t addr) must_check;
/* Closes them again. */
int space_close_watched(struct task *t) must_check;
/* Where a few hundred bytes for injected calls may be put, and their mapping. */
#define SPACE_SCRATCH_OFFSET 0xc00
#define SPACE_SCRATCH_BYTES  0x400

/* Injected call with the SYSCALL at gate; the task is stopped anywhere. */
int task_inject_at(struct task *t, taddr_t gate, int nr, const uint64_t args[6],
		   int64_t *ret) must_check;
