/* SPDX-License-Identifier: MIT */
/*
 * The commands of deja. Each lives in a file of its name and hands main.c one
 * struct command. Only this folder turns errors into exit statuses.
 */
#pragma once

#include <stddef.h>

/* Exit statuses that are not the recorded program's own. */
enum {
	EXIT_FAILED = 1,	   /* something went wrong; stderr has the line */
	EXIT_USAGE = 2,		   /* the command line makes no sense */
	EXIT_DIVERGED = 3,	   /* the replay did not do what was recorded */
	EXIT_NOT_EXECUTABLE = 126, /* as a shell says it */
	EXIT_NOT_FOUND = 127,
};

struct command {
	const char *name;
	const char *args;		   /* for the usage line */
	const char *summary;		   /* one line */
	const char *help;		   /* the options, and what else must be known */
	int (*run)(int argc, char **argv); /* argv[0]: the command; returns the exit status */
};

extern const struct command record_command, replay_command, ps_command, ls_command, rm_command,
	mv_command, dump_command, traceinfo_command, help_command;

/* All of them, in the order help shows them. */
extern const struct command *const commands[];
extern const size_t n_commands;

/* NULL when there is none of that name. */
const struct command *command_find(const char *name);
/* Usage and help of a command on stdout. */
void command_print_help(const struct command *c);

/* Options that rr has and deja does not take, with the reason. */
struct refused_option {
	char letter;	  /* 0: none */
	const char *name; /* long name; NULL ends a table */
	const char *why;
};

/*
 * What a command does with getopt_long()'s '?' and ':' (opterr must be 0 and
 * the option string begin with "+:" or ":"): one line on stderr that names the
 * option, from refused (may be NULL) when it stands there. Returns EXIT_USAGE.
 */
int bad_option(const struct command *c, int got, char **argv, const struct refused_option *refused);

/* "deja: COMMAND: text (see ...)" on stderr. Returns EXIT_USAGE. */
int usage_error(const struct command *c, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* The noted text of an expected error on stderr. Returns EXIT_FAILED. */
int report_failure(void);
/* The same for an allocation that failed in this folder. */
int out_of_memory(void);
