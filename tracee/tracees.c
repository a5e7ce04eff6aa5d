// SPDX-License-Identifier: MIT
// The set of all tasks: creation, look-up, and stops that came too early.
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tracee/private.h"
#include "tracee/settings.h"

/* Stops are waited for; a signal besides for each of them would only cost time. */
static void silence_stops(void)
{
	struct sigaction child;

	if (sigaction(SIGCHLD, NULL, &child) || child.sa_handler != SIG_DFL)
		return;
	child.sa_flags |= SA_NOCLDSTOP;
	sigaction(SIGCHLD, &child, NULL);
}

int tracees_create(const struct tracees_options *options, struct tracees **ret)
{
	struct tracees *w = calloc(1, sizeof(*w));

	if (!w)
		return -ENOMEM;
	w->options = *options;
	settings_from_environment(&w->options.translator);
	w->core = os_pin_to_core(options->core);
	silence_stops();
	*ret = w;
	return 0;
}

void tracees_destroy(struct tracees *w)
{
	if (!w)
		return;
	while (w->n)
		task_destroy(w->tasks[w->n - 1]);
	for (size_t i = 0; i < 2; i++)
		if (w->stubs[i])
			task_destroy(w->stubs[i]);
	pool_deinit(&w->pool);
	if (w->shadow_fd)
		close(w->shadow_fd);
	free(w->tasks);
	free(w->early);
	free(w);
}

void tracees_set_cpuid(struct tracees *w, const struct cpuid_row *rows, size_t n)
{
	w->cpuid = rows;
	w->n_cpuid = n;
}

int tracees_core(const struct tracees *w)
{
	return w->core;
}

struct task *tracees_find(struct tracees *w, pid_t tid)
{
	for (size_t i = 0; i < w->n; i++)
		if (w->tasks[i]->tid == tid)
			return w->tasks[i];
	return NULL;
}

int tracees_each(struct tracees *w, int (*f)(struct task *t, void *ctx), void *ctx)
{
	int r = 0;

	for (size_t i = 0; !r && i < w->n; i++)
		r = f(w->tasks[i], ctx);
	return r;
}

size_t tracees_count(const struct tracees *w)
{
	return w->n;
}

struct task *task_new(struct tracees *w, pid_t tid, pid_t os_tid)
{
	struct task *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	if (w->n == w->cap) {
		size_t cap = w->cap ? w->cap * 2 : 16;
		struct task **tasks = realloc(w->tasks, cap * sizeof(struct task *));

		if (!tasks) {
			free(t);
			return NULL;
		}
		w->tasks = tasks;
		w->cap = cap;
	}
	t->tid = t->tgid = tid;
	t->os_tid = os_tid;
	t->tracees = w;
	t->target = TASK_NO_TARGET;
	w->tasks[w->n++] = t;
	return t;
}

/* Another task through which the space's memory can be reached. */
static void hand_over_space(struct tracees *w, struct space *s, pid_t from)
{
	if (!s || s->os_tid != from)
		return;
	for (size_t i = 0; i < w->n; i++)
		if (w->tasks[i]->space == s)
			s->os_tid = w->tasks[i]->os_tid;
}

void task_leave_space(struct task *t)
{
	struct space *s = t->space;

	t->space = NULL;
	hand_over_space(t->tracees, s, t->os_tid);
	space_put(s);
}

void task_free(struct task *t)
{
	struct tracees *w = t->tracees;

	for (size_t i = 0; i < w->n; i++)
		if (w->tasks[i] == t) {
			w->tasks[i] = w->tasks[--w->n];
			break;
		}
	task_leave_space(t);
	free(t);
}

void task_destroy(struct task *t)
{
	int status = 0, r = t->mode == TASK_DEAD ? -ESRCH : 0;
	pid_t tid;

	if (!r)
		kill(t->os_tid, SIGKILL);
	/* The stop before the end comes first; then the end. */
	while (!r || r == -EINTR) {
		r = os_wait(t->os_tid, &tid, &status);
		if (!r)
			r = WIFSTOPPED(status) ? os_cont(t->os_tid, 0) : -ESRCH;
	}
	task_free(t);
}

int tracees_keep_early(struct tracees *w, pid_t os_tid, int status)
{
	if (w->n_early == w->cap_early) {
		size_t cap = w->cap_early ? w->cap_early * 2 : 8;
		struct early_status *early = realloc(w->early, cap * sizeof(*early));

		if (!early)
			return -ENOMEM;
		w->early = early;
		w->cap_early = cap;
	}
	w->early[w->n_early++] = (struct early_status){ os_tid, status };
	return 0;
}

static bool is_task(const struct tracees *w, pid_t os_tid)
{
	for (size_t i = 0; i < w->n; i++)
		if (w->tasks[i]->os_tid == os_tid)
			return true;
	return false;
}

/* os_tid -1: of any task that is known (a child may stop before the event that
 * announces it). */
bool tracees_take_early(struct tracees *w, pid_t os_tid, pid_t *ret_tid, int *status)
{
	for (size_t i = 0; i < w->n_early; i++) {
		struct early_status e = w->early[i];

		if (os_tid > 0 ? e.os_tid != os_tid : !is_task(w, e.os_tid))
			continue;
		memmove(&w->early[i], &w->early[i + 1], (--w->n_early - i) * sizeof(w->early[0]));
		*ret_tid = e.os_tid;
		*status = e.status;
		return true;
	}
	return false;
}
