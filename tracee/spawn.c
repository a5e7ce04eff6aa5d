// SPDX-License-Identifier: MIT
// Starting tracees: the first process of a recording, the new image after an
// exec, and a copy of a process.
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/log.h"
#include "preload/runtime.h"
#include "tracee/private.h"

static void child_fail(const struct launch *l)
{
	int error = errno;

	if (write(l->error_pipe, &error, sizeof(error)) < 0)
		_exit(126);
	_exit(127);
}

static void child_main(const struct launch *l)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	/* The supervisor ignores or handles these; an exec keeps what is ignored. */
	signal(SIGINT, SIG_DFL);
	signal(SIGQUIT, SIG_DFL);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGXFSZ, SIG_DFL);
	/* The terminal's signals are for recordings. */
	if (l->fd >= 0)
		setpgid(0, 0);
	/* Waits here until it is seized. */
	raise(SIGSTOP);
	personality(l->personality);
	if (os_install_filter())
		child_fail(l);
	if (l->fd >= 0)
		syscall(SYS_execveat, l->fd, "", l->argv, l->envp, AT_EMPTY_PATH);
	else
		execve(l->program, l->argv, l->envp);
	child_fail(l);
}

/* Follows the child to the event of its exec. */
static int wait_for_exec(pid_t pid, int error_pipe)
{
	int status, error = 0;
	pid_t tid;

	for (;;) {
		int r = os_wait(pid, &tid, &status);

		if (r == -EINTR)
			continue;
		if (r || !WIFSTOPPED(status) || status >> 16 == PTRACE_EVENT_EXIT)
			break;
		if (status >> 16 == PTRACE_EVENT_EXEC)
			return 0;
		r = os_cont(pid, 0);
		if (r)
			break;
	}
	kill(pid, SIGKILL);
	while (!os_wait(pid, &tid, &status) && WIFSTOPPED(status))
		if (os_cont(pid, 0))
			break;
	if (read(error_pipe, &error, sizeof(error)) != sizeof(error) || !error)
		return -ECHILD;
	return -error;
}

int spawn_launch(struct launch *l, pid_t *ret)
{
	cleanup_close int out = -1;
	cleanup_close int in = -1;
	int ends[2], status, r;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC))
		return -errno;
	out = ends[0];
	in = l->error_pipe = ends[1];
	pid = fork();
	if (pid < 0)
		return fail_errno(-errno, "cannot start a process");
	if (!pid)
		child_main(l);
	while (waitpid(pid, &status, WUNTRACED) < 0)
		if (errno != EINTR)
			return -errno;
	r = os_seize(pid);
	kill(pid, SIGCONT);
	close(in);
	in = -1;
	if (r) {
		kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
		return fail_errno(r, "cannot trace process %d", pid);
	}
	*ret = pid;
	return wait_for_exec(pid, out);
}

int tracees_spawn(struct tracees *w, const char *program, char **argv, char **envp, bool aslr,
		  struct task **ret)
{
	struct launch l = { .program = program,
			    .argv = argv,
			    .envp = envp,
			    .fd = -1,
			    .personality = aslr ? 0 : ADDR_NO_RANDOMIZE };
	struct task *t;
	pid_t pid;
	int r = spawn_launch(&l, &pid);

	if (r)
		return fail_errno(r, "%s", program);
	t = task_new(w, pid, pid);
	if (!t)
		return -ENOMEM;
	/* A trace is untrusted, and what a replay translates is the trace's. With
	 * address randomisation no other run has use for it. */
	w->pool.saves = !aslr;
	*ret = t;
	return 0;
}

int spawn_finish_exec(struct task *t)
{
	int status, r = os_cont_to_syscall(t->os_tid, 0);

	if (!r)
		r = task_wait_internal(t, os_cont_to_syscall, &status);
	if (!r)
		r = os_get_regs(t->os_tid, &t->machine);
	return r;
}

int task_finish_exec(struct task *t)
{
	int r = spawn_finish_exec(t);

	if (r)
		return r;
	task_leave_space(t);
	t->space = space_new(t->tracees, t->os_tid);
	if (!t->space)
		return -ENOMEM;
	t->regs = t->machine;
	t->regs.orig_rax = (uint64_t)-1;
	t->in_call = t->call_entered = t->call_vdso = t->settle = false;
	t->mode = TASK_STOPPED;
	return vmap_read_proc(t->os_tid, &t->space->map);
}

int task_fork(struct task *parent, pid_t tid, bool shares, struct task **ret)
{
	uint64_t flags = CLONE_PARENT | SIGCHLD | (shares ? CLONE_VM : 0);
	struct task_stop stop = { .child_shares = shares };
	int64_t child;
	int r = task_inject_at(parent, RT_GATE_INJECT, SYS_clone, (uint64_t[6]){ flags }, &child);

	if (r)
		return r;
	if (child < 0)
		return fail_errno((int)child, "cannot copy the process for replay");
	stop.child = (pid_t)child;
	r = task_adopt_child(parent, &stop, ret);
	if (r)
		return r;
	(*ret)->tid = (*ret)->tgid = tid;
	(*ret)->mapped = parent->mapped;
	return 0;
}
