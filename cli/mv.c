// SPDX-License-Identifier: MIT
// deja mv: a trace gets another name or place.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/command.h"
#include "common/cleanup.h"
#include "common/error.h"
#include "traces/trace.h"

/* A name without a slash is one in the place where traces are kept. */
static int target_path(const char *name, char **ret)
{
	cleanup_free char *root = NULL;
	int error, n;

	if (strchr(name, '/')) {
		*ret = strdup(name);
		return *ret ? 0 : fail(-ENOMEM, "out of memory");
	}
	error = trace_root(&root);
	if (error)
		return error;
	n = asprintf(ret, "%s/%s", root, name);
	return n < 0 ? fail(-ENOMEM, "out of memory") : 0;
}

static bool same_place(const char *a, const char *b)
{
	cleanup_free char *real_a = realpath(a, NULL);
	cleanup_free char *real_b = realpath(b, NULL);

	return real_a && real_b && !strcmp(real_a, real_b);
}

/* The answer for "the latest trace" stays the same trace. */
static bool is_latest(const char *dir)
{
	cleanup_free char *latest = NULL;

	return !trace_find(NULL, &latest) && same_place(latest, dir);
}

static int move(const char *from, const char *to)
{
	bool latest = is_latest(from);

	if (!access(to, F_OK))
		return fail(-EEXIST, "%s exists already", to);
	if (rename(from, to))
		return fail_errno(-errno, "cannot move %s to %s", from, to);
	return latest ? trace_set_latest(to) : 0;
}

static int run_mv(int argc, char **argv)
{
	cleanup_free char *from = NULL, *to = NULL;

	if (argc > 1 && argv[1][0] == '-')
		return usage_error(&mv_command, "unknown option %s", argv[1]);
	if (argc != 3)
		return usage_error(&mv_command, "a trace and its new name are needed");
	if (trace_find(argv[1], &from) || target_path(argv[2], &to) || move(from, to))
		return report_failure();
	return 0;
}

const struct command mv_command = {
	.name = "mv",
	.args = "TRACE NEW",
	.summary = "Give a trace another name or place",
	.help = "NEW without a slash is a name in the place where traces are kept.\n",
	.run = run_mv,
};
