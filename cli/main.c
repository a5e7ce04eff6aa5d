// SPDX-License-Identifier: MIT
/*
 * deja COMMAND ARGS; and for short: `deja PROGRAM ARGS` records, `deja DIR`
 * replays. What is a command's name is the command.
 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/command.h"
#include "cli/program.h"
#include "common/cleanup.h"
#include "common/log.h"
#include "traces/trace.h"

static int is_directory(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISDIR(st.st_mode);
}

/* Whether `deja NAME' means a trace: a directory, or what is no program but the
 * name of a trace. */
static int means_trace(const char *name)
{
	cleanup_free char *path = NULL;

	if (is_directory(name))
		return 1;
	return program_find(name, &path) && !trace_find(name, &path);
}

static int run(const struct command *c, int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "--help")) {
		command_print_help(c);
		return 0;
	}
	return c->run(argc, argv);
}

static int dispatch(int argc, char **argv)
{
	const struct command *c;

	if (argc < 2) {
		log_warn("no command given (see `deja help')");
		return EXIT_USAGE;
	}
	if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V")) {
		puts("deja " DEJA_VERSION);
		return 0;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))
		return help_command.run(1, argv + 1);
	c = command_find(argv[1]);
	if (c)
		return run(c, argc - 1, argv + 1);
	if (argv[1][0] == '-') {
		log_warn("unknown option %s (see `deja help')", argv[1]);
		return EXIT_USAGE;
	}
	/* The command's own name is what stands before its arguments. */
	return (means_trace(argv[1]) ? &replay_command : &record_command)->run(argc, argv);
}

int main(int argc, char **argv)
{
	int status = dispatch(argc, argv);

	if (fflush(stdout) || ferror(stdout)) {
		log_warn("cannot write to stdout");
		return EXIT_FAILED;
	}
	return status;
}
