// SPDX-License-Identifier: MIT
#include "cli/replay_gdb.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/replay_gdb_files.h"
#include "cli/replay_gdb_listen.h"
#include "cli/replay_gdb_target.h"
#include "common/cleanup.h"
#include "gdbserver/serve.h"

extern char **environ;

/* What gdb runs first: %s is its sysroot, and where to connect. */
static const char script[] =
	"set debuginfod enabled off\n"
	"set sysroot %s\n"
	"define when\n"
	"monitor when\n"
	"end\n"
	"document when\n"
	"Print the number of the event that the replay comes to next.\n"
	"`run NUMBER' goes to the place of an event.\n"
	"end\n"
	"define when-ticks\n"
	"monitor when-ticks\n"
	"end\n"
	"document when-ticks\n"
	"Print how many conditional branches the thread has retired.\n"
	"end\n"
	"define when-tid\n"
	"monitor when-tid\n"
	"end\n"
	"document when-tid\n"
	"Print the number that the thread had when it was recorded.\n"
	"end\n"
	"target extended-remote %s\n";

/* The script as a file that gdb inherits and nobody has to remove. */
static int make_script(const char *sysroot, const char *where, int *ret)
{
	cleanup_close int fd = memfd_create("deja-gdb", 0);

	if (fd < 0 || dprintf(fd, script, sysroot, where) < 0)
		return fail_errno(-errno, "commands for gdb");
	*ret = fd;
	fd = -1;
	return 0;
}

static size_t count(char *const *words)
{
	size_t n = 0;

	while (words && words[n])
		n++;
	return n;
}

/* GDB -q -l SECONDS -x SCRIPT [-x FILE] [OPTION...] */
static char **make_argv(const struct replay_gdb_options *o, char *script_path)
{
	char **argv = calloc(count(o->debugger_options) + 9, sizeof(*argv));
	size_t n = 0;

	if (!argv)
		return NULL;
	argv[n++] = (char *)(o->debugger ? o->debugger : "gdb");
	argv[n++] = (char *)"-q";
	argv[n++] = (char *)"-l";
	argv[n++] = (char *)"10000";
	argv[n++] = (char *)"-x";
	argv[n++] = script_path;
	if (o->command_file) {
		argv[n++] = (char *)"-x";
		argv[n++] = (char *)o->command_file;
	}
	for (size_t i = 0; i < count(o->debugger_options); i++)
		argv[n++] = o->debugger_options[i];
	return argv;
}

static int spawn_gdb(const struct replay_gdb_options *o, const char *sysroot,
		     const char *where, pid_t *ret)
{
	cleanup_close int fd = -1;
	cleanup_free char **argv = NULL;
	char path[32];
	int error = make_script(sysroot, where, &fd);

	if (error)
		return error;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	argv = make_argv(o, path);
	if (!argv)
		return fail(-ENOMEM, "out of memory");
	error = posix_spawnp(ret, argv[0], NULL, NULL, argv, environ);
	return error ? fail_errno(-error, "starting %s", argv[0]) : 0;
}

/* ^C and ^\ of the terminal are gdb's, which says when it means the replay. */
static void ignore_keys(struct sigaction before[2])
{
	const struct sigaction ignore = { .sa_handler = SIG_IGN };

	sigaction(SIGINT, &ignore, &before[0]);
	sigaction(SIGQUIT, &ignore, &before[1]);
}

static void restore_keys(const struct sigaction before[2])
{
	sigaction(SIGINT, &before[0], NULL);
	sigaction(SIGQUIT, &before[1], NULL);
}

static int wait_for(pid_t pid)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return 0;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* The socket is gone as soon as gdb came, whatever happens later. */
static int serve_child(struct gdb_listener *l, pid_t gdb, struct replay_target *t)
{
	cleanup_close int pidfd = (int)syscall(SYS_pidfd_open, gdb, 0);
	cleanup_close int fd = -1;
	int error;

	if (pidfd < 0)
		return fail_errno(-errno, "watching gdb");
	error = gdb_listener_accept(l, pidfd, &fd);
	gdb_listener_deinit(l);
	if (error || fd < 0)
		return error;
	return gdb_serve(fd, &replay_target_ops, t);
}

static int launch(struct replay_target *t, const struct replay_gdb_options *o, int *ret)
{
	const char *sysroot = replay_files_unchanged(t->trace) ? "/" : "target:";
	struct sigaction before[2];
	struct gdb_listener l;
	pid_t gdb = -1;
	int error = gdb_listener_init_private(&l);

	if (error)
		return error;
	error = spawn_gdb(o, sysroot, l.path, &gdb);
	if (!error) {
		ignore_keys(before);
		error = serve_child(&l, gdb, t);
		*ret = wait_for(gdb);
		restore_keys(before);
	}
	gdb_listener_deinit(&l);
	return error;
}

static int serve_next(const struct gdb_listener *l, struct replay_target *t)
{
	cleanup_close int fd = -1;
	int error = gdb_listener_accept(l, -1, &fd);

	return error ? error : gdb_serve(fd, &replay_target_ops, t);
}

static int serve_port(struct replay_target *t, const struct replay_gdb_options *o)
{
	struct gdb_listener l;
	int error = gdb_listener_init_port(&l, o->port);

	if (error)
		return error;
	fprintf(stderr, "deja: waiting for gdb; start it as\n"
			"  gdb -l 10000 -ex 'target extended-remote %s'\n", l.path);
	do {
		error = serve_next(&l, t);
	} while (!error && o->keep_listening);
	gdb_listener_deinit(&l);
	return error;
}

int replay_gdb(struct replayer *r, struct trace_reader *trace,
	       const struct replay_gdb_options *options, int *ret)
{
	struct replay_target t;
	int error, status = 0;

	replay_target_init(&t, r, trace, options->process && options->at_exec);
	error = options->serve_only ? serve_port(&t, options) : launch(&t, options, &status);
	replay_target_deinit(&t);
	if (!error)
		*ret = status;
	return error;
}
