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

/* The first time that a program of this name or path was executed, by process
 * pid (0: any); NULL: never. name: NULL for any program. */
static const struct process_exec *find_exec(const struct processes *all, pid_t pid,
					    const char *name)
{
	for (size_t i = 0; i < all->n_execs; i++) {
		const struct process_exec *x = &all->execs[i];

		if (pid && x->pid != pid)
			continue;
		if (!name || !strcmp(strchr(name, '/') ? x->exe : base_name(x->exe), name))
			return x;
	}
	return NULL;
}

/* -p: behind the exec. The first process is there from the start. */
static int resolve_exec(struct replay_goal *goal, const struct processes *all)
{
	const struct process_exec *x;
	uint64_t pid;

	if (parse_number(goal->on_process, INT32_MAX, &pid)) {
		if (!processes_find(all, (pid_t)pid))
			return fail(-EINVAL, "the trace has no process %s (see `deja ps')",
				    goal->on_process);
		x = find_exec(all, (pid_t)pid, NULL);
	} else {
		x = find_exec(all, 0, goal->on_process);
	}
	if (!x)
		return fail(-EINVAL,
			    "process %s never executed a program (see `deja ps'; -f finds "
			    "one that was only forked)",
			    goal->on_process);
	goal->process = x->pid;
	goal->at_exec = x->event > 1;
	if (goal->event <= x->event)
		goal->event = x->event + 1;
	return 0;
}

static int resolve_fork(struct replay_goal *goal, const struct processes *all)
{
	const struct process *p;
	uint64_t pid;

	if (!parse_number(goal->on_fork, INT32_MAX, &pid))
		return fail(-EINVAL, "-f needs the number of a process, not %s", goal->on_fork);
	p = processes_find(all, (pid_t)pid);
	if (!p)
		return fail(-EINVAL, "the trace has no process %s (see `deja ps')", goal->on_fork);
	goal->process = p->pid;
	return 0;
}

int replay_goal_resolve(struct replay_goal *goal, struct trace_reader *trace)
{
	cleanup_with(processes_deinit) struct processes all = { 0 };
	int error;

	if (goal->goto_event > trace_last_event(trace))
		return fail(-EINVAL, "the trace ends at event %llu",
			    (unsigned long long)trace_last_event(trace));
	goal->event = goal->goto_event;
	if (!goal->on_process && !goal->on_fork && !goal->end)
		return 0;
	error = processes_read(trace, &all);
	if (!error && goal->on_process)
		error = resolve_exec(goal, &all);
	else if (!error && goal->on_fork)
		error = resolve_fork(goal, &all);
	if (!error && goal->end)
		goal->event =
			(goal->process ? processes_find(&all, goal->process) : all.items)->last;
	return error;
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

/* An exec that was resolved is an event. */
static int reach_process(const struct replay_goal *goal, struct replayer *r)
{
	if (!goal->process || (goal->on_process && goal->event))
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
