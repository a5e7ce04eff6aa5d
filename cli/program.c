// SPDX-License-Identifier: MIT
#include "cli/program.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* 0 when path can be executed. */
static int executable(const char *path)
{
	struct stat st;

	if (stat(path, &st))
		return -errno;
	if (!S_ISREG(st.st_mode) || access(path, X_OK))
		return -EACCES;
	return 0;
}

static int found(char *path, char **ret)
{
	if (!path)
		return fail(-ENOMEM, "out of memory");
	*ret = path;
	return 0;
}

static int explain(int error, const char *name)
{
	struct stat st;

	if (error == -EACCES && !stat(name, &st) && S_ISDIR(st.st_mode))
		return fail(error, "%s is a directory", name);
	if (error == -EACCES)
		return fail(error, "%s cannot be executed: permission denied", name);
	if (strchr(name, '/'))
		return fail_errno(error, "%s", name);
	return fail(-ENOENT, "%s: no such program in PATH", name);
}

/* As execvp(3): goes on behind a file that cannot be executed, and remembers. */
static int search(const char *path, const char *name, char **ret)
{
	int error = -ENOENT;

	for (;;) {
		size_t len = strcspn(path, ":");
		char *candidate;
		int r;

		if (asprintf(&candidate, "%.*s%s%s", (int)len, path, len ? "/" : "", name) < 0)
			return fail(-ENOMEM, "out of memory");
		r = executable(candidate);
		if (!r)
			return found(candidate, ret);
		free(candidate);
		if (r == -EACCES)
			error = r;
		if (!path[len])
			return explain(error, name);
		path += len + 1;
	}
}

int program_find(const char *name, char **ret)
{
	const char *path = getenv("PATH");
	int r;

	if (!strchr(name, '/'))
		return search(path ? path : "/bin:/usr/bin", name, ret);
	r = executable(name);
	return r ? explain(r, name) : found(strdup(name), ret);
}

int end_like_program(int status)
{
	struct rlimit none = { 0 };
	sigset_t set;
	int signo;

	if (!WIFSIGNALED(status))
		return WEXITSTATUS(status);
	signo = WTERMSIG(status);
	fflush(NULL);
	setrlimit(RLIMIT_CORE, &none);
	signal(signo, SIG_DFL);
	sigemptyset(&set);
	sigaddset(&set, signo);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	raise(signo);
	return 128 + signo;
}
