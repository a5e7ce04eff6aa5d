/* SPDX-License-Identifier: MIT */
/*
 * ptrace(2), wait(2) and the tracee's memory, thinly wrapped: every ptrace
 * request of deja is in os.c. -ESRCH means one thing: the task is gone.
 */
#pragma once

#include <signal.h>
#include <stdbool.h>

#include "common/buf.h"
#include "common/error.h"
#include "common/regs.h"
#include "common/types.h"

int os_seize(pid_t tid) must_check;
/* Resumes a stopped task; signo is delivered (0: none). */
int os_cont(pid_t tid, int signo) must_check;
int os_cont_to_syscall(pid_t tid, int signo) must_check;
int os_step(pid_t tid, int signo) must_check;
int os_listen(pid_t tid) must_check;
int os_interrupt(pid_t tid) must_check;
/* Whether the kernel has put it to sleep, waiting for something. */
bool os_sleeps(pid_t tid);
int os_get_regs(pid_t tid, struct regs *ret) must_check;
int os_set_regs(pid_t tid, const struct regs *regs) must_check;
int os_get_siginfo(pid_t tid, siginfo_t *ret) must_check;
int os_set_siginfo(pid_t tid, const siginfo_t *info) must_check;
int os_event_message(pid_t tid, unsigned long *ret) must_check;
int os_get_sigmask(pid_t tid, uint64_t *ret) must_check;
int os_set_sigmask(pid_t tid, uint64_t mask) must_check;
/* The XSAVE image in the standard format; replaces what is in ret. */
int os_get_xstate(pid_t tid, struct buf *ret) must_check;
int os_set_xstate(pid_t tid, const void *data, size_t len) must_check;

/* Waits for a stop or the end of tid (-1: of any task). 0 with *status and
 * *ret_tid. -EINTR, -ECHILD */
int os_wait(pid_t tid, pid_t *ret_tid, int *status) must_check;

/* Bytes read from or written to memory, possibly short. os_write also writes
 * where the task itself may not (through /proc/TID/mem, as a debugger does). */
size_t os_read(pid_t tid, taddr_t addr, void *ret, size_t len);
size_t os_write(pid_t tid, taddr_t addr, const void *data, size_t len);

/* The seccomp filter of all tracees, installed in the calling process: system
 * calls stop for the tracer, but for the one at RT_GATE_UNTRACED. */
int os_install_filter(void) must_check;

/* Pins the calling process (and what it forks) to one core (-1: the present one).
 * Returns the core. */
int os_pin_to_core(int core);
