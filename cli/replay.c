// SPDX-License-Identifier: MIT
/*
 * deja replay: with -a to the end, else under gdb. Options are read here; what
 * they start is in replay_plain.c, replay_goal.c and replay_gdb.c.
 */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/number.h"
#include "cli/program.h"
#include "cli/replay_gdb.h"
#include "cli/replay_goal.h"
#include "cli/replay_plain.h"
#include "cli/trace_arg.h"
#include "common/cleanup.h"

struct replay {
	struct opened_trace trace;
	struct replayer *replayer;
	struct replayer_options options;
	struct replay_goal goal;
	struct replay_gdb_options gdb;
	char **debugger_options; /* owned */
	size_t n_debugger_options;
	uint64_t trace_from; /* -t; 0: not given */
	bool autopilot;
};

static const struct option longopts[] = {
	{ "autopilot", no_argument, NULL, 'a' },
	{ "no-redirect-output", no_argument, NULL, 'q' },
	{ "goto", required_argument, NULL, 'g' },
	{ "onprocess", required_argument, NULL, 'p' },
	{ "onfork", required_argument, NULL, 'f' },
	{ "end", no_argument, NULL, 'e' },
	{ "dbgport", required_argument, NULL, 's' },
	{ "keep-listening", no_argument, NULL, 'k' },
	{ "gdb-x", required_argument, NULL, 'x' },
	{ "debugger-option", required_argument, NULL, 'o' },
	{ "debugger", required_argument, NULL, 'd' },
	{ "trace", required_argument, NULL, 't' },
	{ "help", no_argument, NULL, 256 },
	{ NULL, 0, NULL, 0 },
};

static const struct refused_option refused[] = {
	{ 'h', "dbghost", "the stub listens on loopback only" },
	{ 'i', "interpreter", "give it to gdb: -o --interpreter=NAME" },
	{ 'u', "cpu-unbound", "replayer and program have to share a core" },
	{ 0, "stats", "use `deja dump -s'" },
	{ 0, "serve-files", "gdb finds the files in the trace" },
	{ 0, "tty", "the program's output goes where deja's goes" },
	{ 0, NULL, NULL },
};

static void free_replay(struct replay *r)
{
	if (r->replayer)
		replayer_destroy(r->replayer);
	opened_trace_deinit(&r->trace);
	free(r->debugger_options);
	r->replayer = NULL;
	r->debugger_options = NULL;
}

static int take_number(const char *option, uint64_t max, uint64_t *ret)
{
	if (!parse_number(optarg, max, ret))
		return usage_error(&replay_command, "%s needs a number, not %s", option, optarg);
	return 0;
}

static int take_event(const char *option, uint64_t *ret)
{
	int status = take_number(option, INT64_MAX, ret);

	if (!status && !*ret)
		return usage_error(&replay_command, "the first event is 1");
	return status;
}

static int take_port(struct replay *r)
{
	uint64_t port = 0;
	int status = take_number("-s", UINT16_MAX, &port);

	r->gdb.serve_only = true;
	r->gdb.port = (uint16_t)port;
	return status;
}

/* One slot for each word of the command line, and the end, was made. */
static int add_debugger_option(struct replay *r)
{
	r->debugger_options[r->n_debugger_options++] = optarg;
	return 0;
}

/* One option; returns an exit status, 0 to go on. */
static int take_option(struct replay *r, int option, char **argv)
{
	switch (option) {
	case 'a':
		r->autopilot = true;
		return 0;
	case 'q':
		r->options.quiet = true;
		return 0;
	case 'g':
		return take_event("-g", &r->goal.goto_event);
	case 'p':
		r->goal.on_process = optarg;
		return 0;
	case 'f':
		r->goal.on_fork = optarg;
		return 0;
	case 'e':
		r->goal.end = true;
		return 0;
	case 's':
		return take_port(r);
	case 'k':
		r->gdb.keep_listening = true;
		return 0;
	case 'x':
		r->gdb.command_file = optarg;
		return 0;
	case 'o':
		return add_debugger_option(r);
	case 'd':
		r->gdb.debugger = optarg;
		return 0;
	case 't':
		r->autopilot = true;
		return take_event("-t", &r->trace_from);
	default:
		return bad_option(&replay_command, option, argv, refused);
	}
}

static int report_replay_failure(int error)
{
	report_failure();
	return error == -EILSEQ ? EXIT_DIVERGED : EXIT_FAILED;
}

/* To the end; then deja ends as the program did. */
static int run_autopilot(struct replay *r)
{
	int program = 0, error;

	if (r->trace_from)
		error = replay_traced(r->replayer, r->trace.reader, r->trace_from, &program);
	else
		error = replay_plain(r->replayer, r->trace.reader, r->options.quiet, &program);
	free_replay(r);
	return error ? report_replay_failure(error) : end_like_program(program);
}

static int run_debugger(struct replay *r)
{
	int status = 0;
	int error = replay_goal_reach(&r->goal, r->replayer);

	if (error)
		return report_replay_failure(error);
	warn_cut_off(r->trace.reader);
	r->gdb.process = r->goal.process;
	r->gdb.at_exec = r->goal.at_exec;
	r->gdb.debugger_options = r->debugger_options;
	error = replay_gdb(r->replayer, r->trace.reader, &r->gdb, &status);
	return error ? report_replay_failure(error) : status;
}

static int start(struct replay *r, const char *name)
{
	int error = opened_trace_init(&r->trace, name);

	if (error)
		return error;
	if (!trace_last_event(r->trace.reader))
		return fail(-EIO, "trace %s: it is empty: %s", r->trace.dir,
			    trace_cut_off(r->trace.reader) ? trace_cut_off(r->trace.reader)
							   : "no events");
	if (!r->autopilot) {
		error = replay_goal_resolve(&r->goal, r->trace.reader);
		if (!error)
			error = trace_seek(r->trace.reader, 1);
	}
	return error ? error : replayer_create(r->trace.reader, &r->options, &r->replayer);
}

static int check(const struct replay *r, int n_words)
{
	if (n_words > 1)
		return usage_error(&replay_command, "one trace, please");
	if (r->goal.on_process && r->goal.on_fork)
		return usage_error(&replay_command, "-p and -f exclude each other");
	if (r->goal.goto_event && r->goal.end)
		return usage_error(&replay_command, "-g and -e exclude each other");
	if (r->gdb.keep_listening && !r->gdb.serve_only)
		return usage_error(&replay_command, "-k needs -s");
	return 0;
}

static int run_replay(int argc, char **argv)
{
	cleanup_with(free_replay) struct replay r = { 0 };
	int option, status = 0, error;

	opterr = 0;
	r.debugger_options = calloc((size_t)argc + 1, sizeof(*r.debugger_options));
	if (!r.debugger_options)
		return out_of_memory();
	while (!status &&
	       (option = getopt_long(argc, argv, ":aqg:p:f:es:kx:o:d:t:", longopts, NULL)) >= 0) {
		if (option == 256) {
			command_print_help(&replay_command);
			return 0;
		}
		status = take_option(&r, option, argv);
	}
	if (!status)
		status = check(&r, argc - optind);
	if (status)
		return status;
	error = start(&r, argv[optind]);
	if (error)
		return report_replay_failure(error);
	return r.autopilot ? run_autopilot(&r) : run_debugger(&r);
}

const struct command replay_command = {
	.name = "replay",
	.args = "[OPTION...] [TRACE]",
	.summary = "Replay a trace under gdb, or with -a to its end",
	/* clang-format off */
	.help =
	"  -a, --autopilot              replay to the end, without a debugger\n"
	"  -q, --no-redirect-output     do not show what the program wrote\n"
	"  -g, --goto=EVENT             begin to debug at this event\n"
	"  -p, --onprocess=PID|COMMAND  begin when this process executes its program\n"
	"  -f, --onfork=PID             begin when this process is forked\n"
	"  -e, --end                    begin at the last event of the process\n"
	"  -d, --debugger=FILE          the gdb to start\n"
	"  -x, --gdb-x=FILE             let gdb read commands from FILE\n"
	"  -o, --debugger-option=OPT    hand OPT to gdb\n"
	"  -s, --dbgport=PORT           start no gdb: wait for one at PORT of this machine\n"
	"                               (0: any free port, which is printed)\n"
	"  -k, --keep-listening         with -s, wait for the next gdb when one leaves\n"
	"  -t, --trace=EVENT            as -a, and print registers before each event from\n"
	"                               EVENT on\n\n"
	"The exit status of -a is that of the program; 3 when the replay diverged from\n"
	"the recording, which is a bug of deja. In gdb, `when' and `when-ticks' tell the\n"
	"time, and `run' goes back to the beginning.\n",
	/* clang-format on */
	.run = run_replay,
};
