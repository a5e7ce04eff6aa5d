// SPDX-License-Identifier: MIT
/*
 * Translated code against single steps.
 *
 *	translator_steps [-n INSTRUCTIONS] [-d DISTANCE] [-v VARIANT] PROGRAM ARGUMENT...
 *
 * Runs PROGRAM natively, by single steps, to its end or for so many
 * instructions, and translated in every variant. -d: how far the ticks that are
 * compared lie apart, on average (1: each). A program that exits with 77 cannot
 * run here and has said why.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "steps.h"

#define SKIPPED 77

/* Room for a few superblocks, so that each miss is about to flush. */
#define TINY_CACHE (8u << 10)

// clang-format off
static const struct steps_variant variants[] = {
	/* name         the translator                                          TICK items stopped at */
	{ "ticks",     { .ahead = true },                                            .every = 1 },
	{ "seldom",    { .ahead = true },                                            .every = 53 },
	{ "calls",     { .ahead = true },                                            .every = 0 },
	{ "each",      { .ahead = true },                                            .each = true },
	{ "insns-1",   { .ahead = true, .max_insns = 1 },                            .every = 7 },
	{ "insns-2",   { .ahead = true, .max_insns = 2 },                            .every = 53 },
	{ "insns-7",   { .ahead = true, .max_insns = 7 },                            .every = 53 },
	{ "insns-100", { .ahead = true, .max_insns = 100 },                          .every = 53 },
	{ "branch-1",  { .ahead = true, .max_ticks = 1 },                            .every = 53 },
	{ "tiny",      { .ahead = true, .zone_limit = TINY_CACHE },                  .every = 7 },
	{ "tiny-1",    { .ahead = false, .zone_limit = TINY_CACHE, .max_insns = 1 }, .every = 53 },
	{ "not-ahead", { .ahead = false },                                           .every = 53 },
	{ "no-bmi2",   { .ahead = true, .no_bmi2 = true },                           .every = 53 },
	{ "no-shadow", { .ahead = true, .no_shadow = true },                         .every = 53 },
};
// clang-format on

struct options {
	struct steps_program program;
	const char *variant;
};

static int usage(void)
{
	fputs("usage: translator_steps [-n INSTRUCTIONS] [-d DISTANCE] [-v VARIANT] PROGRAM "
	      "ARGUMENT...\n", stderr);
	return 2;
}

static int parse(int argc, char **argv, struct options *ret)
{
	int c;

	while ((c = getopt(argc, argv, "+n:d:s:v:")) != -1) {
		switch (c) {
		case 'n':
			ret->program.max_insns = strtoul(optarg, NULL, 0);
			break;
		case 'd':
			ret->program.distance = (unsigned)strtoul(optarg, NULL, 0);
			break;
		case 's':
			ret->program.seed = strtoull(optarg, NULL, 0);
			break;
		case 'v':
			ret->variant = optarg;
			break;
		default:
			return -EINVAL;
		}
	}
	ret->program.path = argv[optind];
	ret->program.argv = argv + optind;
	return argv[optind] ? 0 : -EINVAL;
}

/* Both runs of the program have the same files, and say nothing. */
static void quiet(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0) {
		perror("/dev/null");
		exit(1);
	}
}

static int compare_all(const struct options *o, const struct steps_run *native)
{
	int failed = 0;

	for (size_t i = 0; i < ARRAY_SIZE(variants); i++) {
		if (o->variant && strcmp(o->variant, variants[i].name))
			continue;
		if (steps_translated(&o->program, &variants[i], native))
			failed++;
	}
	return failed;
}

static int compare(const struct options *o, struct steps_run *native)
{
	int failed, r = steps_native(&o->program, native);

	if (r) {
		fprintf(stderr, "%s, natively: error %d: %s\n", o->program.path, r, fail_text());
		return 1;
	}
	if (!o->program.max_insns && native->status == SKIPPED) {
		fprintf(stderr, "skipped: this processor cannot run %s\n", o->program.path);
		return SKIPPED;
	}
	if (!o->program.max_insns && native->status) {
		const struct steps_item *last = &native->items[native->n - 1];

		fprintf(stderr, "%s, natively: status %d, signal %d at %#" PRIx64 "\n", o->program.path,
			native->status, last->info.si_signo, last->regs.rip);
		return 1;
	}
	failed = compare_all(o, native);
	fprintf(stderr, "%s: %zu instructions, %" PRIu64 " ticks, compared at %zu places: %s\n",
		o->program.path, native->insns, native->ticks, native->n,
		failed ? "translated runs differ" : "all variants are equal");
	return failed ? 1 : 0;
}

int main(int argc, char **argv)
{
	static char *envp[] = { (char *)"PATH=/usr/bin:/bin", (char *)"LC_ALL=C",
				(char *)"PYTHONHASHSEED=1", NULL };
	struct options o = { .program = { .envp = envp, .distance = 1, .seed = 20240601 } };
	struct steps_run native = { 0 };
	int status;

	if (parse(argc, argv, &o))
		return usage();
	if (access(o.program.path, X_OK)) {
		fprintf(stderr, "skipped: there is no %s here\n", o.program.path);
		return SKIPPED;
	}
	quiet();
	status = compare(&o, &native);
	steps_run_deinit(&native);
	steps_memory_free_all();
	return status;
}
