// SPDX-License-Identifier: MIT
/*
 * deja record: finds the program, picks the trace directory, records, and says
 * what became of it. What deja prints goes to stderr, and of a run that went
 * well nothing is printed unless stderr is a terminal, so that the program's
 * own output stays what it is.
 */
#include <errno.h>
#include <getopt.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/environment.h"
#include "cli/nested.h"
#include "cli/number.h"
#include "cli/program.h"
#include "cli/terminal.h"
#include "common/cleanup.h"
#include "common/log.h"
#include "recorder/recorder.h"
#include "syscalls/syscalls.h"
#include "traces/trace.h"

#define DEFAULT_VERIFY_TICKS 1000000

struct record {
	struct recorder_options options;
	char *dir;     /* owned */
	char *program; /* owned */
	struct env env;
	enum nested nested;
	int announce_fd; /* --print-trace-dir; -1: none */
	bool latest;	 /* latest-trace points at dir */
	bool show_progress;
};

enum { OPT_VERIFY = 256, OPT_NESTED, OPT_ASLR, OPT_HELP };

static const struct option longopts[] = {
	{ "output-trace-dir", required_argument, NULL, 'o' },
	{ "no-syscall-buffer", no_argument, NULL, 'n' },
	{ "env", required_argument, NULL, 'v' },
	{ "ignore-signal", required_argument, NULL, 'i' },
	{ "continue-through-signal", required_argument, NULL, 't' },
	{ "wait", no_argument, NULL, 'w' },
	{ "print-trace-dir", required_argument, NULL, 'p' },
	{ "nested", required_argument, NULL, OPT_NESTED },
	{ "verify", optional_argument, NULL, OPT_VERIFY },
	{ "aslr", no_argument, NULL, OPT_ASLR },
	{ "help", no_argument, NULL, OPT_HELP },
	{ NULL, 0, NULL, 0 },
};

static const struct refused_option refused[] = {
	{ 'c', "num-cpu-ticks", "one task at a time is recorded, and nothing preempts it" },
	{ 'h', "chaos", "there are no threads yet whose order could be shuffled" },
	{ 'u', "cpu-unbound", "recorder and program have to share a core" },
	{ 0, "bind-to-cpu", "set the core with taskset(1)" },
	{ 0, "num-cores", "the program sees the cores of the machine" },
	{ 0, "syscall-buffer-size", "there is no system call buffer" },
	{ 0, "syscall-buffer-sig", "there is no system call buffer" },
	{ 0, "no-file-cloning", "mapped files are always part of the trace" },
	{ 0, "no-read-cloning", "what is read is always stored with the event" },
	{ 0, "setuid-sudo", "set-user-id programs are recorded without the privilege" },
	{ 0, "disable-cpuid-features", "CPUID is recorded as the machine answers" },
	{ 0, "disable-cpuid-features-ext", "CPUID is recorded as the machine answers" },
	{ 0, "disable-cpuid-features-xsave", "CPUID is recorded as the machine answers" },
	{ 0, "trace-id", "each trace gets a random one" },
	{ 0, "copy-preload-src", "nothing is preloaded" },
	{ 0, "scarce-fds", "deja keeps few descriptors open" },
	{ 0, NULL, NULL },
};

static void free_record(struct record *r)
{
	env_deinit(&r->env);
	free(r->dir);
	free(r->program);
}

static int set_dir(struct record *r, const char *dir)
{
	free(r->dir);
	r->dir = strdup(dir);
	return r->dir ? 0 : fail(-ENOMEM, "out of memory");
}

static int set_nested(struct record *r, const char *value)
{
	if (!strcmp(value, "release"))
		return usage_error(&record_command, "--nested=release is not supported: "
						    "what is recorded stays recorded");
	if (!nested_parse(value, &r->nested))
		return usage_error(&record_command, "--nested must be error or ignore, not %s",
				   value);
	return 0;
}

static int set_verify(struct record *r, const char *value)
{
	uint64_t ticks = DEFAULT_VERIFY_TICKS;

	if (value && (!parse_number(value, INT64_MAX, &ticks) || !ticks))
		return usage_error(&record_command, "--verify needs a number of ticks, not %s",
				   value);
	r->options.verify_ticks = ticks;
	return 0;
}

static int set_signal(const char *value, int *ret)
{
	if (!parse_signal(value, ret))
		return usage_error(&record_command, "there is no signal %s", value);
	return 0;
}

static int set_env(struct record *r, const char *value)
{
	if (!strchr(value, '=') || value[0] == '=')
		return usage_error(&record_command, "-v needs NAME=VALUE, not %s", value);
	return env_set(&r->env, value) ? report_failure() : 0;
}

static int set_announce_fd(struct record *r, const char *value)
{
	uint64_t fd;

	if (!parse_number(value, INT32_MAX, &fd))
		return usage_error(&record_command, "-p needs a descriptor, not %s", value);
	r->announce_fd = (int)fd;
	return 0;
}

/* One option; returns an exit status, 0 to go on. */
static int take_option(struct record *r, int option, char **argv)
{
	switch (option) {
	case 'o':
		return set_dir(r, optarg) ? report_failure() : 0;
	case 'n':
		return 0; /* what it asks for is how it is */
	case 'v':
		return set_env(r, optarg);
	case 'i':
		return set_signal(optarg, &r->options.ignore_signal);
	case 't':
		return set_signal(optarg, &r->options.continue_through_signal);
	case 'w':
		r->options.wait_all = true;
		return 0;
	case 'p':
		return set_announce_fd(r, optarg);
	case OPT_NESTED:
		return set_nested(r, optarg);
	case OPT_VERIFY:
		return set_verify(r, optarg);
	case OPT_ASLR:
		r->options.aslr = true;
		return 0;
	default:
		return bad_option(&record_command, option, argv, refused);
	}
}

static void point_latest(struct record *r)
{
	if (!r->latest && !access(r->dir, F_OK) && !trace_set_latest(r->dir))
		r->latest = true;
}

static void on_progress(void *ctx, event_t events, uint64_t bytes)
{
	struct record *r = ctx;
	char size[16];

	point_latest(r);
	if (!r->show_progress)
		return;
	format_bytes(bytes, size);
	progress_show("recording: %llu events, %s", (unsigned long long)events, size);
}

static void announce(const struct record *r)
{
	if (isatty(STDERR_FILENO))
		log_warn("Saving execution to trace directory `%s'.", r->dir);
	if (r->announce_fd >= 0)
		dprintf(r->announce_fd, "%s\n", r->dir);
}

/* Each line of where, with "deja: " before it. */
static void print_lines(const struct buf *where)
{
	const char *text = (const char *)where->data;
	size_t len = where->len;

	while (len) {
		const char *end = memchr(text, '\n', len);
		size_t n = end ? (size_t)(end - text) : len;

		log_warn("  %.*s", (int)n, text);
		n += end ? 1 : 0;
		text += n;
		len -= n;
	}
}

static void report_crash(const struct record *r, const struct recorder_result *result)
{
	const char *name = sys_signal_name(result->crash.signo);
	char size[16];

	format_bytes(result->trace_bytes, size);
	log_warn("%s (process %d) was killed by %s%s at event %llu", r->options.argv[0],
		 result->crash.tid, name ? name : "signal",
		 WIFSIGNALED(result->status) && WCOREDUMP(result->status) ? " (core dumped)" : "",
		 (unsigned long long)result->crash.event);
	print_lines(&result->crash.where);
	log_warn("%llu events, %s; replay with: deja replay %s", (unsigned long long)result->events,
		 size, r->dir);
}

static int not_started(int error)
{
	report_failure();
	if (error == -ENOENT)
		return EXIT_NOT_FOUND;
	return error == -EACCES || error == -ENOEXEC ? EXIT_NOT_EXECUTABLE : EXIT_FAILED;
}

/* A program that never ran leaves no trace; what was recorded of another one
 * stays. */
static int broke_off(struct record *r, int error, event_t events)
{
	bool exists = !access(r->dir, F_OK);

	if (!exists || (!events && (error == -ENOENT || error == -EACCES || error == -ENOEXEC))) {
		int status = not_started(error);

		if (exists && trace_remove(r->dir))
			report_failure();
		return status;
	}
	/* A failed assertion has said what it is. */
	if (fail_text()[0])
		report_failure();
	point_latest(r);
	log_warn("what was recorded until then: deja replay %s", r->dir);
	return EXIT_FAILED;
}

static int record_it(struct record *r)
{
	struct recorder_result result = { 0 };
	int error;

	announce(r);
	error = recorder_run(&r->options, &result);
	progress_end();
	if (error)
		return broke_off(r, error, result.events);
	point_latest(r);
	if (result.crash.signo)
		report_crash(r, &result);
	error = end_like_program(result.status);
	recorder_result_deinit(&result);
	return error;
}

/* So that a failure of the recorder itself is one of the program. */
static int check_dir(const char *dir)
{
	cleanup_free char *copy = strdup(dir);

	if (!copy)
		return fail(-ENOMEM, "out of memory");
	if (!access(dir, F_OK))
		return fail(-EEXIST, "%s exists already: a trace needs a new directory", dir);
	if (access(dirname(copy), W_OK | X_OK))
		return fail_errno(-errno, "cannot make the trace %s", dir);
	return 0;
}

/* Everything that must be known before the recorder starts. */
static int prepare(struct record *r)
{
	int error = program_find(r->options.argv[0], &r->program);

	if (error)
		return not_started(error);
	if (!r->dir && trace_pick_dir(r->program, &r->dir))
		return report_failure();
	if (check_dir(r->dir))
		return report_failure();
	r->options.program = r->program;
	r->options.dir = r->dir;
	r->options.envp = r->env.vars;
	r->options.progress = on_progress;
	r->options.progress_ctx = r;
	r->show_progress = !isatty(STDIN_FILENO) && progress_wanted(false);
	return 0;
}

static int run_record(int argc, char **argv)
{
	cleanup_with(free_record) struct record r = { .announce_fd = -1 };
	int option, status = 0;

	opterr = 0;
	if (env_init(&r.env))
		return report_failure();
	while (!status &&
	       (option = getopt_long(argc, argv, "+:o:nv:i:t:wp:", longopts, NULL)) >= 0) {
		if (option == OPT_HELP) {
			command_print_help(&record_command);
			return 0;
		}
		status = take_option(&r, option, argv);
	}
	if (status)
		return status;
	if (optind == argc)
		return usage_error(&record_command, "which program?");
	r.options.argv = argv + optind;
	status = nested_check(r.nested, r.options.argv, r.env.vars);
	if (!status)
		status = prepare(&r);
	return status ? status : record_it(&r);
}

const struct command record_command = {
	.name = "record",
	.args = "[OPTION...] PROGRAM [ARG...]",
	.summary = "Record a run of a program and of all processes it starts",
	/* clang-format off */
	.help =
	"  -o, --output-trace-dir=DIR   make the trace in DIR, which must not exist\n"
	"  -p, --print-trace-dir=FD     write the trace's path and a newline to descriptor FD\n"
	"  -v, --env=NAME=VALUE         set a variable in the program's environment\n"
	"  -i, --ignore-signal=SIG      do not deliver signal SIG (name or number)\n"
	"  -t, --continue-through-signal=SIG\n"
	"                               let the program live when SIG would kill it\n"
	"  -w, --wait                   wait for all processes, not only the first one\n"
	"  -n, --no-syscall-buffer      trace every system call (this is always so)\n"
	"      --nested=error|ignore    when deja itself is being recorded: fail (default),\n"
	"                               or run the program as part of that recording\n"
	"      --verify[=TICKS]         store hashes of all memory, each TICKS ticks\n"
	"                               (default 1000000) and at exit; replay compares them\n"
	"      --aslr                   leave address space randomisation on\n\n"
	"The trace is made in a new directory PROGRAM-N where traces are kept, and\n"
	"latest-trace points at it. The exit status is the program's own, and when the\n"
	"program dies of a signal, so does `deja record', after it said where.\n",
	/* clang-format on */
	.run = run_record,
};
