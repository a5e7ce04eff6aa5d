// SPDX-License-Identifier: MIT
#include "cli/replay_goal.h"

#include <errno.h>
#include <string.h>

#include "cli/number.h"
#include "cli/processes.h"
#include "common/cleanup.h"

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* The first process that executed a program of this name or path. */
static struct process *find_program(const struct processes *all, const char *name)
{
	for (size_t i = 0; i < all->n; i++) {
		struct process *p = &all->items[i];

		if (p->execed && p->exe && !strcmp(strchr(name, '/') ? p->exe : base_name(p->exe), name))
			return p;
	}
	return NULL;
}

/* -p takes a process that executes a program, -f also one that only forked. */
static int find_process(const struct replay_goal *goal, const struct processes *all,
			const struct process **ret)
{
	const char *name = goal->on_process ? goal->on_process : goal->on_fork;
	const struct process *p;
	uint64_t pid;

	if (parse_number(name, INT32_MAX, &pid))
		p = processes_find(all, (pid_t)pid);
	else if (goal->on_process)
		p = find_program(all, name);
	else
		return fail(-EINVAL, "-f needs the number of a process, not %s", name);
	if (!p)
		return fail(-EINVAL, "the trace has no process %s (see `deja ps')", name);
	if (goal->on_process && !p->exec)
		return fail(-EINVAL, "process %s never executed a program: use -f", name);
	*ret = p;
	return 0;
}

int replay_goal_resolve(struct replay_goal *goal, struct trace_reader *trace)
{
	cleanup_with(processes_deinit) struct processes all = { 0 };
	const struct process *p;
	int error;

	if (goal->goto_event > trace_last_event(trace))
		return fail(-EINVAL, "the trace ends at event %llu",
			    (unsigned long long)trace_last_event(trace));
	goal->event = goal->goto_event;
	if (!goal->on_process && !goal->on_fork && !goal->end)
		return 0;
	error = processes_read(trace, &all);
	if (error)
		return error;
	p = all.items;
	if (goal->on_process || goal->on_fork) {
		error = find_process(goal, &all, &p);
		if (error)
			return error;
		goal->process = p->pid;
	}
	if (goal->end)
		goal->event = p->last;
	return 0;
}

/* Goes on to the goal: without a focus nothing else stops a replay, but its
 * end. */
static int run_to_goal(struct replayer *r)
{
	struct replay_stop stop = { 0 };

	do {
		int error = replayer_resume(r, REPLAY_CONTINUE, &stop);

		if (error)
			return error;
		if (stop.kind == REPLAY_END)
			return fail(-ERANGE, "the replay ended before the place asked for");
	} while (stop.kind != REPLAY_GOAL);
	return 0;
}

static int reach_process(const struct replay_goal *goal, struct replayer *r)
{
	if (!goal->process)
		return 0;
	replayer_goal_process(r, goal->process, goal->on_process != NULL);
	return run_to_goal(r);
}

/* An event that lies before the process's start was reached with it. */
static int reach_event(const struct replay_goal *goal, struct replayer *r)
{
	struct replay_place place;
	int error;

	replayer_place(r, &place);
	if (place.event >= goal->event)
		return 0;
	replayer_goal(r, goal->event);
	error = run_to_goal(r);
	replayer_goal(r, 0);
	return error;
}

int replay_goal_reach(const struct replay_goal *goal, struct replayer *r)
{
	struct replay_place place;
	int error;

	if (!goal->process && !goal->event)
		return 0;
	replayer_focus(r, 0);
	error = reach_process(goal, r);
	if (!error)
		error = reach_event(goal, r);
	replayer_place(r, &place);
	replayer_focus(r, goal->process ? goal->process : place.tid);
	return error;
}
