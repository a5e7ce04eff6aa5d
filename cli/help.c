// SPDX-License-Identifier: MIT
// deja help: all commands, or one.
#include <stdio.h>

#include "cli/command.h"

static void print_all(void)
{
	printf("Usage: deja COMMAND [OPTION...] [ARG...]\n"
	       "       deja PROGRAM [ARG...]    the same as `deja record PROGRAM ARG...'\n"
	       "       deja DIR                 the same as `deja replay DIR'\n\n"
	       "Records a run of a program and replays it exactly, under gdb.\n\n");
	for (size_t i = 0; i < n_commands; i++)
		printf("  %-10s %s\n", commands[i]->name, commands[i]->summary);
	printf("\n`deja help COMMAND' tells of the options. A TRACE is a directory or a name in\n"
	       "the place where traces are kept ($DEJA_TRACE_DIR, else $XDG_DATA_HOME/deja, else\n"
	       "~/.local/share/deja); without one, the latest is taken. Translated code is kept\n"
	       "in $DEJA_CACHE_DIR (empty: not at all), else $XDG_CACHE_HOME/deja, else\n"
	       "~/.cache/deja; it may be deleted at any time.\n\n"
	       "Exit status: of record and `replay -a', that of the program; else 0, 1 when\n"
	       "something failed, 2 when the command line was wrong, 3 when a replay diverged;\n"
	       "126 and 127 when the program cannot be executed or was not found.\n");
}

static int run_help(int argc, char **argv)
{
	const struct command *c;

	if (argc < 2) {
		print_all();
		return 0;
	}
	c = command_find(argv[1]);
	if (!c)
		return usage_error(&help_command, "there is no command %s", argv[1]);
	command_print_help(c);
	return 0;
}

const struct command help_command = {
	.name = "help",
	.args = "[COMMAND]",
	.summary = "Tell of all commands or of one",
	.help = "",
	.run = run_help,
};
