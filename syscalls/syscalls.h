/* SPDX-License-Identifier: MIT */
/*
 * The model of the system calls: what each reads and writes, whether it may
 * block, how replay treats it, how it prints. All facts stand once, in
 * syscalls.def and the tables of ioctl, fcntl, prctl, ... beside it.
 */
#pragma once

#include <stdbool.h>

#include "common/buf.h"
#include "common/types.h"

/* One call of the program: x86-64 numbers, arguments as in the registers. */
struct sys_call {
	int nr;
	uint64_t args[6];
};

/* How replay treats a call. */
enum sys_replay {
	SYS_EMULATE,  /* write recorded memory, set the result */
	SYS_MEMORY,   /* changes the memory map: mmap, munmap, brk, mremap ... */
	SYS_CLONE,    /* fork, vfork, clone, clone3: its areas hold for parent and child */
	SYS_EXEC,
	SYS_EXIT,     /* exit, exit_group */
	SYS_SIGRETURN,
};

enum {
	SYS_MAY_BLOCK = 1,   /* can wait for something outside the task */
	SYS_WRITES_FILE = 2, /* args[0] is a descriptor whose contents change */
	SYS_NO_RETURN = 4,
	/* All areas can be told after the call: sys_plan_enter() may be called at
	 * its end, with the arguments that it had; no entry stop is needed. */
	SYS_ONE_STOP = 8,
	/* It waits for few kinds of files only, and when it is interrupted while it
	 * waits, it has done nothing and may be made again. */
	SYS_RARELY_BLOCKS = 128,
};

/* Reading tracee memory: copies len bytes, returns how many came. */
struct sys_mem {
	size_t (*read)(void *ctx, taddr_t addr, void *ret, size_t len);
	void *ctx;
};

/* Memory the kernel may write, or wrote. bytes may be 0; an area may reach
 * beyond what is mapped (the kernel then wrote less), and areas may overlap. */
struct sys_area {
	taddr_t addr;
	uint64_t bytes;
};

struct sys_areas {
	struct sys_area *items; /* owned */
	size_t n, cap;
};
void sys_areas_deinit(struct sys_areas *a);

/* What was learnt at the entry of a call and is needed at its end. */
struct sys_plan {
	struct sys_call call;
	bool modelled;		/* there is a complete rule */
	struct sys_areas areas; /* at most this is written */
	uint64_t saved[8];	/* for the rules' own use */
};
void sys_plan_deinit(struct sys_plan *p);

/* The name, or NULL for a number that is no call up to Linux 6.18. */
const char *sys_name(int nr);
/* The number, or -1. */
int sys_number(const char *name);
enum sys_replay sys_replay_class(int nr);
/* SYS_ flags of this call with these arguments (an ioctl or fcntl may differ by
 * its command). */
unsigned sys_flags(const struct sys_call *call);
/* What holds for all calls of a number: SYS_MAY_BLOCK if some may, SYS_ONE_STOP if
 * all whose command is modelled need no entry stop. */
unsigned sys_number_flags(int nr);
/* Whether each call of a number writes at most one area, the same wherever it is made,
 * and changes no file's contents. *ret_arg: the argument that points there (-1: it
 * writes nothing); *ret_bytes: its size, 0: as many bytes as the result says. When the
 * call fails, or the pointer is NULL, nothing is written; EFAULT: a part may be. */
bool sys_plain_output(int nr, int *ret_arg, unsigned *ret_bytes);
/* The descriptor whose contents the call changes, or -1: args[0] of a call with
 * SYS_WRITES_FILE, args[2] of copy_file_range and splice. */
int sys_written_fd(const struct sys_call *call);

/*
 * At the entry: which memory the call may write at most, by its arguments and
 * the memory they point to. p is cleared first. A call or command without a
 * rule gives p->modelled = false and as areas a guess for comparing before and
 * after (what the pointers among its arguments point to). -ENOMEM
 */
int sys_plan_enter(const struct sys_call *call, const struct sys_mem *mem,
		   struct sys_plan *p) must_check;

/* At the end: what was written, given the result in RAX; each area lies within
 * one of p->areas. ret is cleared first. -ENOMEM */
int sys_plan_exit(const struct sys_plan *p, const struct sys_mem *mem,
		  int64_t result, struct sys_areas *ret) must_check;

/* "openat(AT_FDCWD, "/etc/passwd", O_RDONLY|O_CLOEXEC) = 3" appended to out.
 * mem may be NULL: pointers then print as addresses. has_result false: the call
 * has not ended. -ENOMEM */
int sys_print(const struct sys_call *call, const struct sys_mem *mem,
	      bool has_result, int64_t result, struct buf *out) must_check;

/* "SIGSEGV", "ENOENT"; NULL when unknown. */
const char *sys_signal_name(int signo);
const char *sys_errno_name(int error);
