// SPDX-License-Identifier: MIT
// deja ps: the processes of a trace.
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "cli/command.h"
#include "cli/processes.h"
#include "cli/trace_arg.h"
#include "common/cleanup.h"

static void print_status(const struct process *p)
{
	char text[24] = "-";

	if (p->exited && WIFSIGNALED(p->status))
		snprintf(text, sizeof(text), "%d", -WTERMSIG(p->status));
	else if (p->exited)
		snprintf(text, sizeof(text), "%d", WEXITSTATUS(p->status));
	printf("%s\t", text);
}

static void print_parent(const struct process *p, const struct processes *all)
{
	if (processes_find(all, p->ppid))
		printf("%d\t", p->ppid);
	else
		printf("--\t");
}

/* A child that never executed a program runs its parent's. */
static void print_command(const struct process *p)
{
	const char *word = (const char *)p->argv.data;
	size_t left = p->argv.len;

	if (!p->execed)
		printf("(forked without exec) ");
	if (!left && p->exe)
		printf("%s", p->exe);
	while (left) {
		size_t n = strlen(word) + 1;

		printf("%s%s", word, left > n ? " " : "");
		word += n;
		left -= n;
	}
	putchar('\n');
}

static int run_ps(int argc, char **argv)
{
	cleanup_with(opened_trace_deinit) struct opened_trace trace = { 0 };
	cleanup_with(processes_deinit) struct processes all = { 0 };

	if (argc > 1 && argv[1][0] == '-')
		return usage_error(&ps_command, "unknown option %s", argv[1]);
	if (argc > 2)
		return usage_error(&ps_command, "one trace, please");
	if (opened_trace_init(&trace, argv[1]) || processes_read(trace.reader, &all))
		return report_failure();
	puts("PID\tPPID\tEXIT\tCMD");
	for (size_t i = 0; i < all.n; i++) {
		printf("%d\t", all.items[i].pid);
		print_parent(&all.items[i], &all);
		print_status(&all.items[i]);
		print_command(&all.items[i]);
	}
	warn_cut_off(trace.reader);
	return 0;
}

const struct command ps_command = {
	.name = "ps",
	.args = "[TRACE]",
	.summary = "List the processes of a trace",
	.help = "EXIT is the exit status, the negative number of the signal that killed the\n"
		"process, or - when it was alive at the end of the trace.\n",
	.run = run_ps,
};
