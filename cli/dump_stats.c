// SPDX-License-Identifier: MIT
#include "cli/dump_stats.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/terminal.h"
#include "syscalls/syscalls.h"

static uint64_t written_bytes(const struct event *e)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < e->n_writes; i++)
		bytes += e->writes[i].size;
	return bytes;
}

void dump_stats_add(struct dump_stats *s, const struct event *e)
{
	uint64_t bytes = written_bytes(e);
	size_t nr = DUMP_MAX_CALLS - 1;

	s->events++;
	s->bytes += bytes;
	if ((size_t)e->kind < EVENT_KINDS)
		s->kinds[e->kind]++;
	if (e->flags & EVENT_UNMODELLED)
		s->unmodelled++;
	if (e->kind != EVENT_SYSCALL)
		return;
	if (e->nr >= 0 && (size_t)e->nr < nr)
		nr = (size_t)e->nr;
	s->calls[nr]++;
	s->call_bytes[nr] += bytes;
}

struct row {
	size_t nr;
	uint64_t calls;
};

static int most_first(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	if (x->calls != y->calls)
		return x->calls < y->calls ? 1 : -1;
	return x->nr < y->nr ? -1 : x->nr > y->nr;
}

static void print_calls(const struct dump_stats *s)
{
	struct row rows[DUMP_MAX_CALLS];
	size_t n = 0;

	for (size_t nr = 0; nr < DUMP_MAX_CALLS; nr++)
		if (s->calls[nr])
			rows[n++] = (struct row){ nr, s->calls[nr] };
	qsort(rows, n, sizeof(*rows), most_first);
	for (size_t i = 0; i < n; i++) {
		const char *name = sys_name((int)rows[i].nr);
		char bytes[16];

		format_bytes(s->call_bytes[rows[i].nr], bytes);
		printf("  %-24s %10" PRIu64 " %8s\n", name ? name : "(others)", rows[i].calls,
		       bytes);
	}
}

void dump_stats_print(const struct dump_stats *s)
{
	char bytes[16];

	format_bytes(s->bytes, bytes);
	printf("events: %" PRIu64
	       ", memory that came from outside: %s, calls without a rule: %" PRIu64 "\n",
	       s->events, bytes, s->unmodelled);
	for (int kind = 1; kind < EVENT_KINDS; kind++)
		if (s->kinds[kind])
			printf("  %-24s %10" PRIu64 "\n", event_kind_name((enum event_kind)kind),
			       s->kinds[kind]);
	puts("system calls:");
	print_calls(s);
}
