// SPDX-License-Identifier: MIT
// Recording a run: starts the first process, gives every stop to whom it
// concerns, and ends with a closed trace and no process left.
#include "recorder/recorder.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/log.h"
#include "recorder/private.h"

/* How often the recorder looks up from waiting. */
#define TIMER_US 200000

static volatile sig_atomic_t asked_to_end;

static void on_timer(int signo)
{
	(void)signo;
}

static void on_end(int signo)
{
	asked_to_end = signo;
}

struct signals {
	struct sigaction alarm, interrupt, quit, term, hangup, pipe, filesize;
};

/* ^C and its like go to the tracee, which shares our terminal. */
static void set_signals(struct signals *old)
{
	struct sigaction timer = { .sa_handler = on_timer }, end = { .sa_handler = on_end };
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	struct itimerval every = { { 0, TIMER_US }, { 0, TIMER_US } };

	asked_to_end = 0;
	sigaction(SIGALRM, &timer, &old->alarm);
	sigaction(SIGINT, &timer, &old->interrupt);
	sigaction(SIGQUIT, &timer, &old->quit);
	sigaction(SIGTERM, &end, &old->term);
	sigaction(SIGHUP, &end, &old->hangup);
	sigaction(SIGPIPE, &ignore, &old->pipe);
	sigaction(SIGXFSZ, &ignore, &old->filesize);
	setitimer(ITIMER_REAL, &every, NULL);
}

static void restore_signals(const struct signals *old)
{
	struct itimerval off = { 0 };

	setitimer(ITIMER_REAL, &off, NULL);
	sigaction(SIGALRM, &old->alarm, NULL);
	sigaction(SIGINT, &old->interrupt, NULL);
	sigaction(SIGQUIT, &old->quit, NULL);
	sigaction(SIGTERM, &old->term, NULL);
	sigaction(SIGHUP, &old->hangup, NULL);
	sigaction(SIGPIPE, &old->pipe, NULL);
	sigaction(SIGXFSZ, &old->filesize, NULL);
}

static char **copy_strings(char **from)
{
	size_t n = 0;
	char **to;

	while (from && from[n])
		n++;
	to = calloc(n + 1, sizeof(*to));
	for (size_t i = 0; to && i < n; i++)
		to[i] = strdup(from[i]);
	return to;
}

static int fill_header(struct recorder *r)
{
	struct trace_header *h = &r->header;
	struct timespec now;
	struct utsname name;
	FILE *f = fopen("/proc/sys/kernel/random/uuid", "re");

	h->version = TRACE_VERSION;
	if (f) {
		if (!fgets(h->uuid, sizeof(h->uuid), f))
			h->uuid[0] = '\0';
		fclose(f);
	}
	clock_gettime(CLOCK_REALTIME, &now);
	h->began_ns = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
	h->argv = copy_strings(r->options->argv);
	h->envp = copy_strings(r->options->envp);
	h->cwd = getcwd(NULL, 0);
	h->program = strdup(r->options->program);
	h->deja_version = strdup(DEJA_VERSION);
	if (!uname(&name)) {
		h->kernel = strdup(name.release);
		h->machine = strdup(name.machine);
	}
	h->aslr = r->options->aslr;
	h->verify_ticks = r->options->verify_ticks;
	return rec_read_cpuid(h);
}

static int handle(struct recorder *r, struct task *t, struct task_stop *stop)
{
	struct rec_task *rt = rec_of(t);
	int err;

	switch (stop->kind) {
	case TASK_SYSCALL:
		return rec_syscall(r, t, stop);
	case TASK_SYSCALL_DONE:
		return rec_syscall_done(r, t);
	case TASK_CALLED:
		return rec_called(r, t, stop);
	case TASK_CLONED:
		return rec_cloned(r, t, stop);
	case TASK_EXECED:
		return rec_execed(r, t);
	case TASK_INSN:
		return rec_insn(r, t, stop);
	case TASK_FAULT:
		return rec_fault(r, t, stop);
	case TASK_SIGNAL_IN_CALL:
		return rec_signal_in_call(r, t, stop);
	case TASK_SIGNAL:
		err = rec_deliver_pending(r, t);
		t->inexact = false;
		if (!err)
			rec_make_ready(r, t);
		return err < 0 ? err : 0;
	case TASK_TICKS:
		rec_make_ready(r, t);
		rec_event(r, EVENT_SCHED, t);
		err = t->space->has_shared ||
				      (r->options->verify_ticks && t->ticks >= rt->next_hash)
			      ? rec_write(r, t, false)
			      : 0;
		if (t->ticks >= rt->slice_end && r->running == t)
			r->running = NULL;
		return err;
	case TASK_GROUP_STOP:
		rt->state = REC_STOPPED;
		if (r->running == t)
			r->running = NULL;
		return task_listen(t);
	case TASK_CONTINUED:
		if (!t->call_entered) {
			rec_make_ready(r, t);
			return 0;
		}
		rt->state = REC_KERNEL;
		return task_continue_call(t);
	case TASK_EXITING:
		return rec_exiting(r, t, stop);
	case TASK_GONE:
		return rec_gone(r, t, stop);
	case TASK_UNSUPPORTED:
		return fail(-ENOTSUP, "task %d at 0x%lx: cannot run the instruction %s", t->tid,
			    stop->dbt.pc, stop->dbt.insn_text);
	default:
		return fail(-EPROTO, "task %d: unexpected stop %d", t->tid, stop->kind);
	}
}

static int unstick(struct recorder *r)
{
	struct task *t = r->running;

	if (!t)
		return 0;
	/* To settle without conditional branches: no tick comes that the signal could
	 * be delivered at. */
	if (rec_of(t)->state == REC_RUNNING)
		return t->settle ? task_interrupt(t) : rec_end_waiting(r);
	/* A call that was not expected to wait. */
	if (rec_of(t)->state == REC_KERNEL)
		r->running = NULL;
	return 0;
}

static int on_wakeup(struct recorder *r)
{
	const struct recorder_options *o = r->options;

	if (asked_to_end)
		return fail(-EINTR, "ended by signal %d", asked_to_end);
	if (o->progress)
		o->progress(o->progress_ctx, r->result->events, trace_bytes_written(r->writer));
	if (!r->error)
		r->error = tracees_take_buffered(r->tracees);
	if (!r->error)
		r->error = trace_flush_start(r->writer);
	return r->error ? r->error : unstick(r);
}

static int record_all(struct recorder *r)
{
	while (tracees_count(r->tracees) && (!r->first_gone || r->options->wait_all)) {
		struct task_stop stop;
		struct task *t;
		int err = rec_schedule(r);

		if (err && err != -ESRCH)
			return err;
		err = tracees_wait(r->tracees, NULL, &t, &stop);
		if (err == -ECHILD)
			return 0;
		if (!err)
			err = handle(r, t, &stop);
		else if (err == -EINTR)
			err = on_wakeup(r);
		if (r->error)
			return r->error;
		if (err && err != -ESRCH)
			return err;
	}
	return 0;
}

static int start(struct recorder *r)
{
	const struct recorder_options *o = r->options;
	struct task *t;
	int err = tracees_spawn(r->tracees, o->program, o->argv, o->envp, o->aslr, &t);

	if (err)
		return err;
	r->first = t->tid;
	if (!rec_task_new(t))
		return -ENOMEM;
	return rec_execed(r, t);
}

static int free_user(struct task *t, void *ctx)
{
	(void)ctx;
	rec_task_free(t);
	return 0;
}

static bool seeks(int fd)
{
	struct stat st;

	return !fstat(fd, &st) && (S_ISREG(st.st_mode) || S_ISBLK(st.st_mode));
}

static uint64_t monotonic_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

/* The end of an orderly recording; of one that broke off, the trace has none. */
static int write_end(struct recorder *r)
{
	struct event *e = &r->event;

	event_clear(e);
	e->kind = EVENT_END;
	e->tid = r->first;
	e->status = r->result->status;
	e->time_ns = monotonic_ns() - r->began_ns;
	return trace_write(r->writer, e);
}

static int open_trace(struct recorder *r)
{
	struct trace_writer_options o = { .cpu_avoid = tracees_core(r->tracees) };
	int err = fill_header(r);

	return err ? err : trace_create(r->options->dir, &r->header, &o, &r->writer);
}

static int run(struct recorder *r)
{
	struct tracees_options o = {
		.translator = { .ahead = true },
		.core = -1,
		.buffered = rec_buffered,
		.ctx = r,
	};
	struct signals old;
	int err;

	sched_getaffinity(0, sizeof(r->affinity), (cpu_set_t *)r->affinity);
	r->output_seeks = seeks(STDOUT_FILENO) || seeks(STDERR_FILENO);
	err = tracees_create(&o, &r->tracees);
	if (!err)
		err = open_trace(r);
	if (err)
		return err;
	tracees_set_cpuid(r->tracees, r->header.cpuid, r->header.n_cpuid);
	set_signals(&old);
	err = start(r);
	if (!err)
		err = record_all(r);
	tracees_each(r->tracees, free_user, NULL);
	tracees_destroy(r->tracees);
	r->tracees = NULL;
	restore_signals(&old);
	return err;
}

static int close_trace(struct recorder *r, int err)
{
	char *why = NULL;
	int closed = 0;

	if (!r->writer)
		return err;
	if (err)
		why = strdup(fail_text());
	else
		closed = write_end(r);
	r->result->trace_bytes = trace_bytes_written(r->writer);
	if (!closed)
		closed = trace_writer_close(r->writer);
	else
		(void)!trace_writer_close(r->writer);
	if (why)
		err = fail(err, "%s", why);
	free(why);
	return err ? err : closed;
}

int recorder_run(const struct recorder_options *options, struct recorder_result *ret)
{
	struct recorder r = { .options = options, .result = ret };
	int err;

	*ret = (struct recorder_result){ 0 };
	r.began_ns = monotonic_ns();
	err = close_trace(&r, run(&r));
	if (r.tracees)
		tracees_destroy(r.tracees);
	sched_setaffinity(0, sizeof(r.affinity), (cpu_set_t *)r.affinity);
	event_deinit(&r.event);
	trace_header_deinit(&r.header);
	return err;
}

void recorder_result_deinit(struct recorder_result *r)
{
	buf_deinit(&r->crash.where);
}
