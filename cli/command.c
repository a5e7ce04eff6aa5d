// SPDX-License-Identifier: MIT
// The table of commands, and what they say when the command line is wrong.
#include "cli/command.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/error.h"
#include "common/log.h"
#include "common/types.h"

const struct command *const commands[] = {
	&record_command, &replay_command, &ps_command,	      &ls_command,   &rm_command,
	&mv_command,	 &dump_command,	  &traceinfo_command, &help_command,
};
const size_t n_commands = ARRAY_SIZE(commands);

const struct command *command_find(const char *name)
{
	for (size_t i = 0; i < n_commands; i++)
		if (!strcmp(commands[i]->name, name))
			return commands[i];
	return NULL;
}

void command_print_help(const struct command *c)
{
	printf("Usage: deja %s %s\n\n%s.\n", c->name, c->args, c->summary);
	if (c->help[0])
		printf("\n%s", c->help);
}

int usage_error(const struct command *c, const char *format, ...)
{
	char text[600];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	log_warn("%s: %s (see `deja help %s')", c->name, text, c->name);
	return EXIT_USAGE;
}

/* "--name" or "-x" against a row. */
static int is_refused(const struct refused_option *r, const char *arg)
{
	if (strncmp(arg, "--", 2))
		return optopt && r->letter == optopt;
	return !strcmp(arg + 2, r->name);
}

int bad_option(const struct command *c, int got, char **argv, const struct refused_option *refused)
{
	const char *word = argv[optind - 1];
	char arg[64] = { '-', (char)optopt, 0 };

	/* getopt_long() may have read a part of the word only. */
	if (!strncmp(word, "--", 2))
		snprintf(arg, sizeof(arg), "%.*s", (int)strcspn(word, "="), word);
	if (got == ':')
		return usage_error(c, "option %s needs a value", arg);
	for (; refused && refused->name; refused++)
		if (is_refused(refused, arg))
			return usage_error(c, "option %s is not supported: %s", arg, refused->why);
	return usage_error(c, "unknown option %s", arg);
}

int out_of_memory(void)
{
	log_warn("out of memory");
	return EXIT_FAILED;
}

int report_failure(void)
{
	log_warn("%s", fail_text()[0] ? fail_text() : "failed without saying why");
	return EXIT_FAILED;
}
