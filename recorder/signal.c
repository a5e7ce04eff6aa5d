// SPDX-License-Identifier: MIT
// Signals: where they are delivered, and what the delivery did to the program.
#include <errno.h>
#include <signal.h>
#include <string.h>

#include "common/log.h"
#include "recorder/private.h"
#include "tracee/os.h"

/* The frame and what is around it: the kernel keeps off the red zone. */
#define RED_ZONE_BYTES	128
#define MAX_FRAME_BYTES (64 * 1024)

static struct event *signal_event(struct recorder *r, struct task *t, const siginfo_t *info,
				  enum event_disposition what)
{
	struct event *e = rec_event(r, EVENT_SIGNAL, t);

	e->signo = info->si_signo;
	memcpy(e->siginfo, info, sizeof(e->siginfo));
	e->disposition = what;
	if (t->inexact)
		e->flags |= EVENT_INEXACT;
	return e;
}

/* How far up the frame reaches: to the old stack, or the end of the other one. */
static size_t frame_bytes(const struct task *t, taddr_t old_sp)
{
	taddr_t sp = t->regs.rsp;
	const struct vma *v = vmap_find(&t->space->map, sp);
	size_t most = v ? v->end - sp : DEJA_PAGE_BYTES;

	if (old_sp > sp && old_sp - sp < MAX_FRAME_BYTES)
		return old_sp - sp;
	return most < MAX_FRAME_BYTES / 4 ? most : MAX_FRAME_BYTES / 4;
}

static int handled(struct recorder *r, struct task *t, const siginfo_t *info, bool sync)
{
	struct event *e = signal_event(r, t, info, SIGNAL_HANDLED);
	taddr_t old_sp = t->regs.rsp;
	int err = task_deliver_handled(t, info);

	if (err)
		return err;
	t->inexact = false;
	e->flags |= EVENT_AFTER | EVENT_XSTATE | (sync ? EVENT_SYNC : 0);
	e->regs_after = t->regs;
	err = rec_add_memory(e, t, t->regs.rsp, frame_bytes(t, old_sp));
	if (!err)
		err = task_get_xstate(t, &e->xstate);
	if (!err)
		err = rec_write(r, t, false);
	rec_make_ready(r, t);
	return err;
}

/* Source: signal(7) "Standard signals", action "Core" */
static bool dumps_core(int signo)
{
	switch (signo) {
	case SIGQUIT:
	case SIGILL:
	case SIGABRT:
	case SIGFPE:
	case SIGSEGV:
	case SIGBUS:
	case SIGSYS:
	case SIGTRAP:
	case SIGXCPU:
	case SIGXFSZ:
		return true;
	default:
		return false;
	}
}

static int fatal(struct recorder *r, struct task *t, const siginfo_t *info, bool sync)
{
	struct event *e = signal_event(r, t, info, SIGNAL_FATAL);
	struct recorder_crash *crash = &r->result->crash;
	int err;

	e->flags |= (dumps_core(info->si_signo) ? EVENT_CORE : 0) | (sync ? EVENT_SYNC : 0);
	err = rec_write(r, t, false);
	if (t->tgid == r->first && !crash->signo) {
		crash->signo = info->si_signo;
		crash->tid = t->tid;
		crash->event = e->number;
		task_backtrace(t, 16, &crash->where);
	}
	rec_of(t)->fatal_signo = info->si_signo;
	rec_of(t)->state = REC_KERNEL;
	if (r->running == t)
		r->running = NULL;
	return err ? err : task_deliver_default(t, info);
}

static int stops(struct recorder *r, struct task *t, const siginfo_t *info)
{
	int err;

	signal_event(r, t, info, SIGNAL_STOPS);
	err = rec_write(r, t, false);
	rec_of(t)->state = REC_KERNEL;
	if (r->running == t)
		r->running = NULL;
	return err ? err : task_deliver_default(t, info);
}

/* -i and -t: whether the user wants an asynchronous signal to be dropped. */
static bool dropped(const struct recorder *r, int signo, enum task_disposition what)
{
	return what == TASK_SIG_IGNORED || signo == r->options->ignore_signal ||
	       (what == TASK_SIG_FATAL && signo == r->options->continue_through_signal);
}

static bool is_blocked(const struct task *t, int signo)
{
	uint64_t mask = 0;

	return signo != SIGKILL && signo != SIGSTOP && !os_get_sigmask(t->os_tid, &mask) &&
	       mask & (uint64_t)1 << (signo - 1);
}

static void take_pending(struct task *t, size_t i, siginfo_t *ret)
{
	*ret = t->pending[i];
	memmove(&t->pending[i], &t->pending[i + 1], (--t->n_pending - i) * sizeof(*ret));
}

/* The task stands at a SYSCALL that is not made yet: it will come to it again. */
static void step_back(struct task *t)
{
	if (!t->in_call)
		return;
	t->regs.rip = t->call_pc;
	t->regs.orig_rax = (uint64_t)-1;
	t->in_call = t->call_vdso = false;
}

int rec_deliver_pending(struct recorder *r, struct task *t)
{
	int delivered = 0;

	for (size_t i = 0; i < t->n_pending;) {
		enum task_disposition what;
		siginfo_t info;
		int err;

		if (is_blocked(t, t->pending[i].si_signo)) {
			i++;
			continue;
		}
		take_pending(t, i, &info);
		err = task_disposition(t, info.si_signo, &what);
		if (err)
			return err;
		if (dropped(r, info.si_signo, what))
			continue;
		step_back(t);
		if (what != TASK_SIG_HANDLED) {
			err = what == TASK_SIG_STOPS ? stops(r, t, &info)
						     : fatal(r, t, &info, false);
			return err ? err : 1;
		}
		/* Its handler may leave others unblocked: they interrupt it at once. */
		err = handled(r, t, &info, false);
		if (err)
			return err;
		delivered = 1;
	}
	return delivered;
}

int rec_fault(struct recorder *r, struct task *t, struct task_stop *stop)
{
	enum task_disposition what;
	int err = task_disposition(t, stop->info.si_signo, &what);

	if (err)
		return err;
	/* An instruction's own signal cannot be ignored: the kernel sees to that. */
	return what == TASK_SIG_HANDLED ? handled(r, t, &stop->info, true)
					: fatal(r, t, &stop->info, true);
}

/*
 * A call was interrupted. With a handler the program sees an interrupted call,
 * so the call's event is written first; else the kernel makes the call again.
 */
int rec_signal_in_call(struct recorder *r, struct task *t, struct task_stop *stop)
{
	enum task_disposition what;
	int err = task_disposition(t, stop->info.si_signo, &what);

	if (!err)
		err = rec_note_call(t, stop);
	if (err)
		return err;
	if (dropped(r, stop->info.si_signo, what)) {
		rec_of(t)->state = REC_KERNEL;
		return task_continue_call(t);
	}
	if (what == TASK_SIG_STOPS)
		return stops(r, t, &stop->info);
	err = rec_write_call(r, t, (int64_t)t->regs.rax);
	if (err)
		return err;
	return what == TASK_SIG_HANDLED ? handled(r, t, &stop->info, false)
					: fatal(r, t, &stop->info, false);
}
