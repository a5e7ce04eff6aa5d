/* SPDX-License-Identifier: MIT */
/*
 * Tasks and their spaces. Everybody above this layer sees only the program's
 * state: task->regs, task->ticks. How that maps to the machine (a code cache
 * address in RIP, registers in spill slots, injected calls) stays in here.
 *
 * A task is stopped or running. task_run() lets it run program code,
 * task_perform() lets the kernel perform a system call, and tracees_wait()
 * returns the next stop that somebody above has to deal with; translation,
 * changed code and signals that have to wait for their place are dealt with
 * inside.
 */
#pragma once

#include <signal.h>

#include "tracee/vmap.h"
#include "translator/translator.h"
#include "common/buf.h"
#include "common/cpuid.h"
#include "common/regs.h"

struct tracees;
struct task;

/* Why a task stopped. t->regs and t->ticks are the program's at that place. */
enum task_stop_kind {
	TASK_SYSCALL,	   /* wants to make t->call; regs.rip is behind the SYSCALL */
	TASK_SYSCALL_DONE, /* the kernel performed it; regs.rax is the raw result */
	TASK_CALLED,	   /* a call of space_set_untraced() was made: the same, and
			    * stop.entry has the registers before it */
	TASK_CLONED,	   /* in the middle of a clone: stop.child exists */
	TASK_EXECED,	   /* in the middle of an exec: a new image, space is gone */
	TASK_TICKS,	   /* the target of task_run() is reached */
	TASK_INSN,	   /* before an instruction that sees the outside: stop.dbt */
	TASK_BREAKPOINT,
	TASK_WATCH,
	TASK_STEP,
	TASK_FAULT,	     /* the instruction at regs.rip raised stop.info */
	TASK_SIGNAL,	     /* t->pending[0] can be delivered here (a tick's end) */
	TASK_SIGNAL_IN_CALL, /* stop.info arrived in a call; undelivered */
	TASK_GROUP_STOP,     /* stopped by job control: stop.signo */
	TASK_CONTINUED,	     /* a job control stop may be over */
	TASK_EXITING,	     /* about to die: stop.status; memory is still there */
	TASK_GONE,	     /* reaped: stop.status */
	TASK_UNSUPPORTED,    /* stop.dbt.insn_text */
};

struct task_stop {
	enum task_stop_kind kind;
	struct dbt_stop dbt;
	siginfo_t info;
	int signo, status;
	pid_t child;	    /* TASK_CLONED */
	bool child_shares;  /* CLONE_VM */
	struct regs entry;  /* TASK_CALLED, and TASK_SIGNAL_IN_CALL with: */
	bool unannounced;   /* there was no TASK_SYSCALL for this call */
	bool access;	    /* TASK_WATCH: of space_set_watch() */
	bool killed_inside; /* TASK_EXITING: not in a call, place unknown */
	/* TASK_EXITING: it had made its call already, t->regs.rax is the result; entry and
	 * unannounced as for TASK_CALLED. */
	bool call_made;
};

/* Where the tracee's own mappings of deja lie. */
struct space_layout {
	taddr_t zone[DBT_MAX_ZONES];
	size_t zone_bytes[DBT_MAX_ZONES];
	size_t n_zones;
	bool shadow;	/* RT_SHADOW and what guards it */
	bool no_shadow; /* the code cache does not use it (any more) */
};

struct space {
	unsigned refs; /* tasks */
	struct vmap map;
	struct dbt *dbt;
	struct space_layout layout;
	struct dbt_code_id image;   /* the file that was executed; ino 0: not known */
	struct cache_memory *cache; /* zones' memory, shared with forks */
	void *private;		    /* our mapping of RT_PRIVATE_BYTES */
	struct tracees *tracees;
	pid_t os_tid;	  /* a task through which memory can be reached */
	taddr_t *guarded; /* pages with translated code, write-protected */
	size_t n_guarded, cap_guarded;
	taddr_t *to_guard; /* asked for during translation */
	size_t n_to_guard, cap_to_guard;
	struct dbt_code_id loader; /* dev and ino of the program's; ino 0: it has none */
	struct relro *relro;	   /* relro.c */
	size_t n_relro;
	struct space_watch *watches; /* of reads: their pages are not accessible */
	size_t n_watches;
	/* Of space_set_untraced() */
	const struct dbt_untraced *untraced;
	bool ready;	 /* the image is complete: changes of code count */
	bool has_shared; /* writable memory shared with other spaces */
	bool maps_data;	 /* files that a write(2) may change */
};

/* A range whose every read (or access) stops the task behind it: TASK_WATCH. */
struct space_watch {
	taddr_t addr;
	size_t bytes;
	bool writes_too;
};

enum task_mode {
	TASK_STOPPED,
	TASK_RUNNING,	/* program code */
	TASK_IN_KERNEL, /* performs a system call */
	TASK_IN_GROUP_STOP,
	TASK_DEAD,
};

#define TASK_MAX_PENDING 64

/* What task_map() has left open inside. */
struct task_mapped {
	int64_t fd;
	uint64_t dev, ino;
	bool writable, open;
};

struct task {
	pid_t tid;    /* as the program knows it */
	pid_t os_tid; /* of the process that embodies it: differs in replay */
	pid_t tgid;
	struct space *space;
	struct tracees *tracees;
	enum task_mode mode;
	struct regs regs;
	ticks_t ticks;

	/* The call that is being made, from TASK_SYSCALL to its end. */
	bool in_call;
	int call_nr;
	bool call_vdso;
	taddr_t call_pc; /* of the SYSCALL */

	/* Asynchronous signals that wait for their place. */
	siginfo_t pending[TASK_MAX_PENDING];
	size_t n_pending;

	/* The running that task_run() asked for. */
	enum dbt_variant variant;
	bool step;
	ticks_t target;	   /* UINT64_MAX: none */
	bool settle;	   /* a signal waits for the next tick */
	bool inexact;	   /* stopped where no tick ended */
	taddr_t watch_hit; /* of the instruction that runs with watched pages open */
	bool opens_watched;
	bool writes_through; /* one instruction runs with a guarded page open */
	/* SIGSEGV's handler as the program has it, and whether it is blocked now: while there
	 * are guarded pages (task_note_segv()). */
	uint64_t segv_handler;
	bool segv_known, segv_blocked;

	/* The machine's state. */
	struct regs machine;
	bool fresh;	     /* nothing was reported since task_run() loaded machine */
	bool at_entry;	     /* in a seccomp stop, before the call at the gate */
	bool in_signal_stop; /* in a signal-delivery-stop for info_now */
	bool call_entered;   /* the kernel performs call_nr or will restart it */
	struct task_mapped mapped;
	void *user; /* of the layer above */
};

/* ---- the set of all tasks ---- */

struct tracees_options {
	struct dbt_config translator;
	bool replay;
	int core; /* -1: choose */
	/* Called for each call that a task made without any stop (see struct
	 * dbt_untraced), in their order, before tracees_wait() returns what came
	 * later; the task may be running. An error ends tracees_wait(). NULL: replay */
	int (*buffered)(void *ctx, struct task *t, const struct dbt_call *call);
	void *ctx;
};

int tracees_create(const struct tracees_options *options, struct tracees **ret) must_check;
/* Kills and reaps whatever is left. */
void tracees_destroy(struct tracees *w);
int tracees_core(const struct tracees *w);
struct task *tracees_find(struct tracees *w, pid_t tid);
/* Calls f for each task; f returns nonzero to stop. */
int tracees_each(struct tracees *w, int (*f)(struct task *t, void *ctx), void *ctx);
size_t tracees_count(const struct tracees *w);

/*
 * Starts program (a path) as the first tracee, stopped in the middle of its exec
 * (as after TASK_EXECED). aslr: leave address randomisation on.
 * -errno of the failed exec, with text.
 */
int tracees_spawn(struct tracees *w, const char *program, char **argv, char **envp, bool aslr,
		  struct task **ret) must_check;

/* Waits until a task stops for a reason of struct task_stop. only: this task;
 * NULL: any. -ECHILD when there is none left, -EINTR when a signal came to the
 * supervisor. */
int tracees_wait(struct tracees *w, struct task *only, struct task **t,
		 struct task_stop *ret) must_check;

/* What CPUID answers, for programs that start from now on, without a stop (an
 * instruction with another leaf gives TASK_INSN). rows stay the caller's, and as they
 * are. */
void tracees_set_cpuid(struct tracees *w, const struct cpuid_row *rows, size_t n);

/* Calls options.buffered for what running tasks have made until now. */
int tracees_take_buffered(struct tracees *w) must_check;

/* ---- one task ---- */

#define TASK_NO_TARGET UINT64_MAX

/* Runs program code from t->regs until a stop; with a target at the latest
 * directly behind the branch that makes t->ticks == target. */
int task_run(struct task *t, ticks_t target) must_check;
/* Runs one instruction: TASK_STEP, or what it stops for. */
int task_run_step(struct task *t) must_check;

/* Lets the kernel perform the call that TASK_SYSCALL announced; args (NULL: the
 * program's own) and nr may differ from what the program asked for. */
int task_perform(struct task *t, int nr, const uint64_t args[6]) must_check;
/* Goes on after TASK_CLONED, TASK_EXECED (to TASK_SYSCALL_DONE), TASK_EXITING. */
int task_resume_kernel(struct task *t) must_check;
/* The call is over: sets what the program sees (rax = result, rcx, r11; a vDSO
 * function returns to its caller). regs.rip is then the next instruction. */
void task_finish_call(struct task *t, int64_t result);
/* Behind TASK_GROUP_STOP: stays stopped until SIGCONT (TASK_CONTINUED: goes on
 * with its call, or with task_run()) or death. */
int task_listen(struct task *t) must_check;
/* Asks a running task to stop soon: it gives some stop, TASK_SIGNAL without
 * pending ones if nothing else. */
int task_interrupt(struct task *t) must_check;
/* Whether a running task waits in a call of space_set_untraced(): task_interrupt()
 * then gives TASK_SYSCALL, as if the call had not been made yet. */
bool task_waits(struct task *t);

/* What the kernel would do with signal signo now. */
enum task_disposition { TASK_SIG_IGNORED, TASK_SIG_HANDLED, TASK_SIG_FATAL, TASK_SIG_STOPS };
int task_disposition(struct task *t, int signo, enum task_disposition *ret) must_check;
/*
 * Delivers info to a stopped task whose disposition is TASK_SIG_HANDLED: the
 * kernel builds the frame from t->regs, and t->regs are then those at the
 * handler's first instruction.
 */
int task_deliver_handled(struct task *t, const siginfo_t *info) must_check;
/* Delivers a fatal or stopping signal: the task goes on to TASK_EXITING or
 * TASK_GROUP_STOP. */
int task_deliver_default(struct task *t, const siginfo_t *info) must_check;
/* Results by which the kernel says: a signal comes, then the call goes on.
 * Source: Linux include/linux/errno.h */
bool task_is_restart(int64_t result);
/* Behind TASK_SIGNAL_IN_CALL: drops the signal and lets the call go on. Behind
 * TASK_CONTINUED in a call: lets it go on. */
int task_continue_call(struct task *t) must_check;

/* Makes a system call in the tracee for ourselves. t is stopped; its program
 * state is not touched. Returns the raw result through *ret. */
int task_inject(struct task *t, int nr, const uint64_t args[6], int64_t *ret) must_check;

/* mmaps a descriptor of the supervisor in the tracee; flags 0: MAP_SHARED. */
struct remote_map {
	int fd;
	taddr_t addr;
	size_t bytes;
	int prot;
	off_t offset;
	int flags; /* MAP_; MAP_FIXED is added */
};
/* gate, scratch: a SYSCALL instruction and memory for a path in the tracee; all
 * maps are of one fd. */
int task_map_fd(struct task *t, taddr_t gate, taddr_t scratch, const struct remote_map *maps,
		size_t n) must_check;
/* Replay: one map, with deja's own gate and scratch memory. Files are mapped several
 * times in turn, so the last one stays open in the tracee. */
int task_map(struct task *t, const struct remote_map *map) must_check;

/* The chain of calls at t->regs, lines "#0 function at file:line (module)",
 * appended to out. As good as the unwind information; never fails hard. */
void task_backtrace(struct task *t, unsigned max_frames, struct buf *out);

/* Makes the tracee's descriptor fd refer to the file that the supervisor's path
 * names (/proc/PID/fd/N), opened for reading. */
int task_open_instead(struct task *t, const char *path, int fd) must_check;

size_t task_read(struct task *t, taddr_t addr, void *ret, size_t len);
/* Writes program memory as the kernel or a debugger would; translations of what
 * changed are dropped. */
size_t task_write(struct task *t, taddr_t addr, const void *data, size_t len);
int task_get_xstate(struct task *t, struct buf *ret) must_check;
int task_set_xstate(struct task *t, const void *data, size_t len) must_check;

/* ---- spaces ---- */

/*
 * After TASK_EXECED (or the exec that tracees_spawn did): reads the new memory
 * map, goes on to the end of the exec call. Then space_install() puts deja's own
 * memory in and takes the machine's right to execute from the program's pages.
 * Between the two the memory is as the kernel made it.
 */
int task_finish_exec(struct task *t) must_check;
int space_install(struct task *t, const struct space_layout *layout,
		  const struct dbt_code_id *image) must_check;
/* What tells one executed file from another; ino 0 when nothing does. */
void space_image(const struct vmap *map, struct dbt_code_id *ret);
/* Leaves a code cache that others share (before breakpoints are set). */
int space_unshare(struct task *t) must_check;
/* Where the zones of this image should go, and whether its stack gets a shadow. */
void space_choose_layout(const struct vmap *map, struct space_layout *ret);
/* A layout as ranges of addresses (start, bytes), and back: at most DBT_MAX_ZONES. */
size_t space_layout_ranges(const struct space_layout *l, uint64_t ret[][2]);
void space_layout_add(struct space_layout *l, taddr_t start, uint64_t bytes);
/* Whether some of [start, end) is deja's. */
bool space_is_ours(const struct space *s, taddr_t start, taddr_t end);

/* After TASK_CLONED: the child as a task, stopped, ready to run. */
int task_adopt_child(struct task *parent, const struct task_stop *stop,
		     struct task **ret) must_check;

/* Replay: the map of the space is complete now: code and vDSO are told to the
 * translator. */
int space_image_ready(struct task *t) must_check;
/* Before the map changes in [start, end), or code there is overwritten: drops
 * the translations of what this space could execute there. Behind the change:
 * tells the translator what can be executed now. */
int space_code_going(struct task *t, taddr_t start, taddr_t end) must_check;
int space_code_mapped(struct task *t, taddr_t start, taddr_t end) must_check;
/* Behind the program's mprotect of [start, end), t->regs behind its SYSCALL: changes the
 * map, and tells the translator. What the dynamic linker has made read-only keeps what it
 * holds until space_code_going(). */
int space_protected(struct task *t, taddr_t start, taddr_t end, int prot) must_check;
/* The kernel is about to write [start, start+bytes): makes it writable. */
int space_prepare_write(struct task *t, taddr_t start, uint64_t bytes) must_check;
/* Which calls need no stop before them; NULL: none. which must stay as it is. A call
 * that can wait may only be one of them while no other task is to run, or where
 * task_waits() is looked at when one is. */
void space_set_untraced(struct space *s, const struct dbt_untraced *which);
/* Watching accesses: t is stopped; works for any number of ranges, each access
 * to a watched page costs a fault. -ENOMEM */
int space_set_watch(struct task *t, const struct space_watch *w, bool set) must_check;
/* The PROT_ bits that the machine gets for what the program asked for. */
int space_machine_prot(int prot);

/* Replay: an empty process in which an image can be built (only deja's own
 * memory is mapped). */
int tracees_spawn_empty(struct tracees *w, pid_t tid, const struct space_layout *layout,
			const struct dbt_code_id *image, bool compat_layout,
			struct task **ret) must_check;
/* Replay: a copy of parent's process (shares: in the same memory) as tid. */
int task_fork(struct task *parent, pid_t tid, bool shares, struct task **ret) must_check;
/* Kills the task's process and forgets the task. */
void task_destroy(struct task *t);
