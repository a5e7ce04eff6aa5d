// SPDX-License-Identifier: MIT
/*
 * deja dump: the events of a trace as text. Paths and other memory that the
 * program passed to the kernel are not in the trace; they are read from a quiet
 * replay that runs alongside (not with -r and -s, which need none).
 */
#include <getopt.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/command.h"
#include "cli/dump_format.h"
#include "cli/dump_stats.h"
#include "cli/dump_view.h"
#include "cli/number.h"
#include "cli/terminal.h"
#include "cli/trace_arg.h"
#include "common/cleanup.h"

#define PROGRESS_EVENTS 1024

struct range {
	event_t first, last;
};

struct dump {
	bool raw, stats;
	pid_t tid;	      /* 0: all */
	struct range *ranges; /* owned; none: everything */
	size_t n_ranges;
	struct opened_trace trace;
	struct dump_view view;
	struct dump_stats counted;
	struct buf line;
};

static void free_dump(struct dump *d)
{
	free(d->ranges);
	dump_view_deinit(&d->view);
	opened_trace_deinit(&d->trace);
	buf_deinit(&d->line);
}

static bool wanted(const struct dump *d, const struct event *e)
{
	bool inside = !d->n_ranges;

	for (size_t i = 0; i < d->n_ranges; i++)
		inside |= e->number >= d->ranges[i].first && e->number <= d->ranges[i].last;
	return inside && (!d->tid || e->tid == d->tid);
}

static event_t last_wanted(const struct dump *d)
{
	event_t last = d->n_ranges ? 0 : UINT64_MAX;

	for (size_t i = 0; i < d->n_ranges; i++)
		if (d->ranges[i].last > last)
			last = d->ranges[i].last;
	return last;
}

static int show(struct dump *d, const struct event *e)
{
	int error;

	buf_clear(&d->line);
	if (d->raw) {
		error = dump_format_raw(e, &d->line);
	} else {
		struct sys_mem mem = dump_view_mem(&d->view);

		dump_view_move(&d->view, e);
		error = dump_format(e, &mem, &d->line);
	}
	if (!error)
		fwrite(d->line.data, 1, d->line.len, stdout);
	return error;
}

static int dump_event(struct dump *d, const struct event *e)
{
	if (e->number % PROGRESS_EVENTS == 0 && progress_wanted(false))
		progress_show("event %llu of %llu", (unsigned long long)e->number,
			      (unsigned long long)trace_last_event(d->trace.reader));
	if (!wanted(d, e))
		return 0;
	if (d->stats) {
		dump_stats_add(&d->counted, e);
		return 0;
	}
	return show(d, e);
}

static int dump_all(struct dump *d)
{
	cleanup_with(event_deinit) struct event e = { 0 };
	event_t last = last_wanted(d);
	int got;

	while ((got = trace_read(d->trace.reader, &e)) > 0 && e.number <= last) {
		got = dump_event(d, &e);
		if (got)
			break;
	}
	progress_end();
	return got < 0 ? report_failure() : 0;
}

static int add_range(struct dump *d, const char *text)
{
	struct range range;

	if (!parse_range(text, &range.first, &range.last))
		return usage_error(&dump_command, "%s is no event and no range of events", text);
	/* One slot for each word of the command line was made. */
	d->ranges[d->n_ranges++] = range;
	return 0;
}

/* [TRACE] [EVENTS...]: what looks like events is events. */
static int take_words(struct dump *d, char **words, size_t n)
{
	const char *name = NULL;
	struct range unused;
	int status = 0;

	d->ranges = calloc(n + 1, sizeof(*d->ranges));
	if (!d->ranges)
		return out_of_memory();
	if (n && !parse_range(words[0], &unused.first, &unused.last)) {
		name = *words++;
		n--;
	}
	for (size_t i = 0; !status && i < n; i++)
		status = add_range(d, words[i]);
	if (!status && opened_trace_init(&d->trace, name))
		status = report_failure();
	return status;
}

static int take_tid(struct dump *d, const char *text)
{
	uint64_t tid;

	if (!parse_number(text, INT32_MAX, &tid) || !tid)
		return usage_error(&dump_command, "-t needs the number of a task, not %s", text);
	d->tid = (pid_t)tid;
	return 0;
}

static int take_option(struct dump *d, int option, char **argv)
{
	static const struct refused_option refused[] = {
		{ 'b', "syscallbuf", "there is no system call buffer" },
		{ 0, NULL, NULL },
	};

	switch (option) {
	case 'r':
		d->raw = true;
		return 0;
	case 's':
		d->stats = true;
		return 0;
	case 't':
		return take_tid(d, optarg);
	default:
		return bad_option(&dump_command, option, argv, refused);
	}
}

static int run_dump(int argc, char **argv)
{
	static const struct option longopts[] = {
		{ "raw", no_argument, NULL, 'r' },
		{ "statistics", no_argument, NULL, 's' },
		{ "tid", required_argument, NULL, 't' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	cleanup_with(free_dump) struct dump d = { 0 };
	int option, status = 0;

	opterr = 0;
	while (!status && (option = getopt_long(argc, argv, ":rst:", longopts, NULL)) >= 0) {
		if (option == 'h') {
			command_print_help(&dump_command);
			return 0;
		}
		status = take_option(&d, option, argv);
	}
	if (!status)
		status = take_words(&d, argv + optind, (size_t)(argc - optind));
	if (status)
		return status;
	if (!d.raw && !d.stats)
		dump_view_init(&d.view, d.trace.dir);
	status = dump_all(&d);
	if (!status && d.stats)
		dump_stats_print(&d.counted);
	warn_cut_off(d.trace.reader);
	return status;
}

const struct command dump_command = {
	.name = "dump",
	.args = "[OPTION...] [TRACE] [EVENTS...]",
	.summary = "Print the events of a trace",
	.help = "  -r, --raw          all fields and registers, as name=value\n"
		"  -s, --statistics   how many events of which kind, which system calls\n"
		"  -t, --tid=TID      only events of this task\n\n"
		"EVENTS is a number (12) or a range (10-20, 10-); without any, all are printed.\n"
		"The columns are: event, seconds since the start, task, its ticks, and what\n"
		"happened. A trace whose name looks like a range is written with its directory.\n",
	.run = run_dump,
};
