// SPDX-License-Identifier: MIT
// deja rm: traces are deleted.
#include <string.h>

#include "cli/command.h"
#include "common/cleanup.h"
#include "traces/trace.h"

static int remove_one(const char *name)
{
	cleanup_free char *dir = NULL;

	return trace_find(name, &dir) || trace_remove(dir) ? report_failure() : 0;
}

static int run_rm(int argc, char **argv)
{
	int first = 1, status = 0;

	if (argc > 1 && !strcmp(argv[1], "--"))
		first = 2;
	else if (argc > 1 && argv[1][0] == '-')
		return usage_error(&rm_command, "unknown option %s", argv[1]);
	if (first == argc)
		return usage_error(&rm_command, "which trace?");
	for (int i = first; i < argc; i++)
		if (remove_one(argv[i]))
			status = EXIT_FAILED;
	return status;
}

const struct command rm_command = {
	.name = "rm",
	.args = "TRACE...",
	.summary = "Delete traces",
	.help = "",
	.run = run_rm,
};
