// SPDX-License-Identifier: MIT
// deja ls: the traces that are kept.
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/command.h"
#include "cli/terminal.h"
#include "cli/trace_arg.h"
#include "common/cleanup.h"
#include "common/log.h"

struct listed {
	char *name, *dir; /* owned */
	uint64_t began_ns;
};

struct listing {
	struct listed *items; /* owned */
	size_t n;
	bool details, by_time, reverse;
};

static void free_listing(struct listing *l)
{
	for (size_t i = 0; i < l->n; i++) {
		free(l->items[i].name);
		free(l->items[i].dir);
	}
	free(l->items);
}

static uint64_t began_ns(const char *dir)
{
	struct trace_reader *r;
	uint64_t ret = 0;

	if (trace_open(dir, &r))
		return 0;
	ret = trace_reader_header(r)->began_ns;
	trace_reader_close(r);
	return ret;
}

static int take(void *ctx, const char *name, const char *dir)
{
	struct listing *l = ctx;
	struct listed *items = reallocarray(l->items, l->n + 1, sizeof(*items));

	if (!items)
		return fail(-ENOMEM, "out of memory");
	l->items = items;
	items[l->n++] = (struct listed){
		.name = strdup(name),
		.dir = strdup(dir),
		.began_ns = l->by_time ? began_ns(dir) : 0,
	};
	return 0;
}

static int newest_first(const void *a, const void *b)
{
	const struct listed *x = a, *y = b;

	return x->began_ns < y->began_ns ? 1 : x->began_ns > y->began_ns ? -1 : 0;
}

static uint64_t duration_ns(struct trace_reader *r)
{
	cleanup_with(event_deinit) struct event e = { 0 };
	event_t last = trace_last_event(r);

	return last && !trace_seek(r, last) && trace_read(r, &e) > 0 ? e.time_ns : 0;
}

static void print_command(const struct trace_header *h)
{
	for (char **arg = h->argv; arg && *arg; arg++)
		printf("%s%s", arg == h->argv ? "" : " ", *arg);
	putchar('\n');
}

static void print_details(const struct listed *item)
{
	cleanup_with(opened_trace_deinit) struct opened_trace t = { 0 };
	char when[32] = "", duration[32], size[16];
	time_t began;

	format_bytes(trace_dir_bytes(item->dir), size);
	if (opened_trace_init(&t, item->dir)) {
		printf("%-20s %-19s %9s %7s  (%s)\n", item->name, "-", "-", size, fail_text());
		return;
	}
	began = (time_t)(trace_reader_header(t.reader)->began_ns / 1000000000);
	strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S", localtime(&began));
	format_duration(duration_ns(t.reader), duration);
	printf("%-20s %s %9s%s %7s  ", item->name, when, duration,
	       trace_cut_off(t.reader) ? "+" : " ", size);
	print_command(trace_reader_header(t.reader));
}

static void print_listing(const struct listing *l)
{
	if (l->details)
		printf("%-20s %-19s %9s  %7s  %s\n", "NAME", "WHEN", "DURATION", "SIZE", "CMD");
	for (size_t i = 0; i < l->n; i++) {
		const struct listed *item = &l->items[l->reverse ? l->n - 1 - i : i];

		if (l->details)
			print_details(item);
		else
			puts(item->name);
	}
}

static int run_ls(int argc, char **argv)
{
	static const struct option longopts[] = {
		{ "full-listing", no_argument, NULL, 'l' },
		{ "reverse", no_argument, NULL, 'r' },
		{ "sort-by-age", no_argument, NULL, 't' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	cleanup_with(free_listing) struct listing l = { 0 };
	int option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, ":lrt", longopts, NULL)) >= 0) {
		if (option == 'h')
			command_print_help(&ls_command);
		if (option == 'h')
			return 0;
		if (option != 'l' && option != 'r' && option != 't')
			return bad_option(&ls_command, option, argv, NULL);
		l.details |= option == 'l';
		l.reverse |= option == 'r';
		l.by_time |= option == 't';
	}
	if (optind < argc)
		return usage_error(&ls_command, "no argument expected, got %s", argv[optind]);
	if (trace_list(take, &l))
		return report_failure();
	if (l.by_time && l.n)
		qsort(l.items, l.n, sizeof(*l.items), newest_first);
	print_listing(&l);
	return 0;
}

const struct command ls_command = {
	.name = "ls",
	.args = "[OPTION...]",
	.summary = "List the traces that are kept",
	.help = "  -l, --full-listing   also when, how long, how large (a + behind the duration:\n"
		"                       the recording was cut off), and the command line\n"
		"  -t, --sort-by-age    the newest first, not by name\n"
		"  -r, --reverse        in reverse order\n",
	.run = run_ls,
};
