// SPDX-License-Identifier: MIT
// Delivering signals. The kernel builds the frame, from the program's registers;
// a single step with the signal stops at the handler's first instruction, before
// it is executed.
//
// Measured: tests/programs/signals (the step costs no #DB: the kernel itself
// reports the entry of a handler).
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/log.h"
#include "preload/runtime.h"
#include "tracee/private.h"

struct sigmasks {
	uint64_t blocked, ignored, caught;
};

static void close_file(FILE **f)
{
	if (*f)
		fclose(*f);
}

static int read_masks(pid_t os_tid, struct sigmasks *ret)
{
	cleanup_with(close_file) FILE *f = NULL;
	char path[64], line[256];

	snprintf(path, sizeof(path), "/proc/%d/status", os_tid);
	f = fopen(path, "re");
	if (!f)
		return -ESRCH;
	while (fgets(line, sizeof(line), f)) {
		sscanf(line, "SigBlk: %lx", &ret->blocked);
		sscanf(line, "SigIgn: %lx", &ret->ignored);
		sscanf(line, "SigCgt: %lx", &ret->caught);
	}
	return 0;
}

static uint64_t bit(int signo)
{
	return (uint64_t)1 << (signo - 1);
}

/* Source: signal(7) "Standard signals" */
static enum task_disposition default_of(int signo)
{
	switch (signo) {
	case SIGCHLD:
	case SIGCONT:
	case SIGURG:
	case SIGWINCH:
		return TASK_SIG_IGNORED;
	case SIGSTOP:
	case SIGTSTP:
	case SIGTTIN:
	case SIGTTOU:
		return TASK_SIG_STOPS;
	default:
		return TASK_SIG_FATAL;
	}
}

int task_disposition(struct task *t, int signo, enum task_disposition *ret)
{
	struct sigmasks m = { 0 };
	int r = read_masks(t->os_tid, &m);

	if (r)
		return r;
	if (m.caught & bit(signo))
		*ret = TASK_SIG_HANDLED;
	else if (m.ignored & bit(signo))
		*ret = TASK_SIG_IGNORED;
	else
		*ret = default_of(signo);
	return 0;
}

/* As rt_sigaction(2) has it. */
struct kernel_action {
	uint64_t handler, flags, restorer, mask;
};

/* Asks the kernel what the action is (set NULL), or sets it. */
static int segv_action(struct task *t, const struct kernel_action *set, struct kernel_action *ret)
{
	const taddr_t scratch = RT_STATE + SPACE_SCRATCH_OFFSET;
	int64_t result = 0;
	int r;

	if (set && os_write(t->os_tid, scratch, set, sizeof(*set)) != sizeof(*set))
		return -ESRCH;
	r = task_inject(t, SYS_rt_sigaction,
			(uint64_t[6]){ SIGSEGV, set ? scratch : 0, set ? 0 : scratch,
				       sizeof(set->mask) },
			&result);
	if (!r && result)
		r = fail_errno((int)result, "task %d: the action of SIGSEGV", t->tid);
	if (!r && ret && os_read(t->os_tid, scratch, ret, sizeof(*ret)) != sizeof(*ret))
		r = -ESRCH;
	return r;
}

int task_note_segv(struct task *t)
{
	struct kernel_action now;
	uint64_t mask;
	int r = os_get_sigmask(t->os_tid, &mask);

	if (!r && !t->segv_known) {
		r = segv_action(t, NULL, &now);
		t->segv_known = !r;
		t->segv_handler = now.handler;
	}
	t->segv_blocked = !r && mask & bit(SIGSEGV);
	return r;
}

int task_restore_segv(struct task *t)
{
	struct kernel_action now;
	uint64_t mask;
	int r;

	if (!t->segv_known || (!t->segv_blocked && t->segv_handler != (uint64_t)SIG_IGN))
		return 0;
	r = segv_action(t, NULL, &now);
	now.handler = t->segv_handler;
	if (!r)
		r = segv_action(t, &now, NULL);
	if (!r && t->segv_blocked)
		r = os_get_sigmask(t->os_tid, &mask);
	if (!r && t->segv_blocked)
		r = os_set_sigmask(t->os_tid, mask | bit(SIGSEGV));
	return r;
}

/* Makes info the signal that the task is stopped for. */
static int raise_again(struct task *t, const siginfo_t *info, const struct regs *regs)
{
	siginfo_t got;
	pid_t tid;
	int status, r = os_set_regs(t->os_tid, regs);

	if (!r && syscall(SYS_tgkill, t->os_tid, t->os_tid, info->si_signo))
		r = -errno;
	if (!r)
		r = os_cont(t->os_tid, 0);
	while (!r) {
		r = os_wait(t->os_tid, &tid, &status);
		if (r == -EINTR) {
			r = 0;
			continue;
		}
		if (r)
			return r;
		if (WIFSTOPPED(status) && status >> 16 == PTRACE_EVENT_STOP) {
			/* SIGCONT also notifies the tracer of itself. */
			r = os_cont(t->os_tid, 0);
			continue;
		}
		if (!WIFSTOPPED(status) || status >> 16) {
			r = tracees_keep_early(t->tracees, t->os_tid, status);
			return r ? r : -ESRCH;
		}
		r = os_get_siginfo(t->os_tid, &got);
		if (r || got.si_signo == info->si_signo)
			break;
		task_stash(t, &got);
		r = os_cont(t->os_tid, 0);
	}
	if (!r)
		r = os_set_siginfo(t->os_tid, info);
	t->in_signal_stop = !r;
	t->at_entry = false;
	return r;
}

/* The program's registers as the kernel must see them when it builds a frame:
 * in a call it decides by RAX and ORIG_RAX whether to restart it. */
static struct regs frame_regs(const struct task *t)
{
	struct regs regs = t->regs;

	regs.orig_rax = t->call_entered ? (uint64_t)t->call_nr : (uint64_t)-1;
	if (t->call_entered && !t->call_vdso) {
		regs.rcx = regs.rip;
		regs.r11 = regs.eflags;
	}
	return regs;
}

static int stop_for(struct task *t, const siginfo_t *info)
{
	struct regs regs = frame_regs(t);
	int r;

	if (!t->in_signal_stop)
		return raise_again(t, info, &regs);
	r = os_set_siginfo(t->os_tid, info);
	return r ? r : os_set_regs(t->os_tid, &regs);
}

/*
 * The frame holds an XSAVE image whose FIP may be an address of translated code.
 * Source: Linux arch/x86/include/uapi/asm/sigcontext.h: the frame at RSP is the
 * return address, then the ucontext, whose mcontext begins at 40 and has the
 * pointer to the image behind 23 registers.
 */
static void fix_frame_fip(struct task *t)
{
	taddr_t image = 0, fip = 0, fixed;

	if (os_read(t->os_tid, t->regs.rsp + 8 + 40 + 23 * 8, &image, sizeof(image)) !=
		    sizeof(image) ||
	    !image || os_read(t->os_tid, image + 8, &fip, sizeof(fip)) != sizeof(fip))
		return;
	fixed = dbt_fix_fip(t->space->dbt, fip, 8);
	if (fixed != fip)
		os_write(t->os_tid, image + 8, &fixed, sizeof(fixed));
}

int task_deliver_handled(struct task *t, const siginfo_t *info)
{
	struct regs regs;
	int status, r = stop_for(t, info);

	if (!r)
		r = os_step(t->os_tid, info->si_signo);
	if (!r)
		r = task_wait_internal(t, os_cont, &status);
	if (!r)
		r = os_get_regs(t->os_tid, &regs);
	if (r)
		return r;
	regs.orig_rax = (uint64_t)-1;
	t->machine = t->regs = regs;
	t->in_signal_stop = t->in_call = t->call_entered = t->call_vdso = false;
	t->settle = t->segv_known = false; /* SA_RESETHAND */
	fix_frame_fip(t);
	return 0;
}

int task_deliver_default(struct task *t, const siginfo_t *info)
{
	enum task_disposition what = default_of(info->si_signo);
	struct regs keep = t->machine;
	int r;

	if (what == TASK_SIG_STOPS && t->in_signal_stop) {
		/* The task goes on later where it is: its registers stay. */
		t->in_signal_stop = false;
		t->mode = t->call_entered ? TASK_IN_KERNEL : TASK_RUNNING;
		return os_cont(t->os_tid, info->si_signo);
	}
	r = stop_for(t, info);
	if (!r && what == TASK_SIG_STOPS && t->call_entered)
		r = os_set_regs(t->os_tid, &keep);
	if (!r)
		r = os_cont(t->os_tid, info->si_signo);
	t->in_signal_stop = false;
	t->mode = TASK_IN_KERNEL;
	return r;
}

/* The kernel makes the call again, from the gate: its stop there comes first. */
int task_continue_call(struct task *t)
{
	t->in_signal_stop = false;
	t->mode = TASK_IN_KERNEL;
	return os_cont(t->os_tid, 0);
}
