// SPDX-License-Identifier: MIT
/*
 * changed_event FROM TO NUMBER WHAT: copies a trace with one event changed in a way
 * that no checksum tells: WHAT is a register (rbx, r12, rsp, fs_base), ticks or nr.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/error.h"
#include "traces/trace.h"

static void need(int r, const char *what)
{
	if (r >= 0)
		return;
	fprintf(stderr, "%s: %s (%s)\n", what, fail_text(), strerror(-r));
	exit(1);
}

static void change(struct event *e, const char *what)
{
	if (!strcmp(what, "rbx"))
		e->regs.rbx ^= 1;
	else if (!strcmp(what, "r12"))
		e->regs.r12 ^= UINT64_C(1) << 63;
	else if (!strcmp(what, "rsp"))
		e->regs.rsp += 16;
	else if (!strcmp(what, "fs_base"))
		e->regs.fs_base += 64;
	else if (!strcmp(what, "ticks"))
		e->ticks++;
	else if (!strcmp(what, "nr"))
		e->nr ^= 1;
	else
		need(-EINVAL, what);
}

static void copy_files(struct trace_reader *from, struct trace_writer *to)
{
	for (uint32_t id = 1; id <= trace_file_count(from); id++) {
		uint32_t copied;
		int fd;

		need(trace_open_file(from, id, &fd), "opening a file");
		need(trace_add_file(to, fd, trace_file_name(from, id), &copied), "storing a file");
		close(fd);
		if (copied != id)
			need(-EEXIST, "a file is there twice");
	}
}

int main(int argc, char **argv)
{
	struct trace_reader *from;
	struct trace_writer *to;
	struct event e = { 0 };
	int n;

	if (argc != 5)
		return 2;
	need(trace_open(argv[1], &from), "opening");
	need(trace_create(argv[2], trace_reader_header(from), NULL, &to), "creating");
	copy_files(from, to);
	while ((n = trace_read(from, &e)) > 0) {
		if (e.number == strtoull(argv[3], NULL, 10))
			change(&e, argv[4]);
		need(trace_write(to, &e), "writing");
	}
	need(n, "reading");
	need(trace_writer_close(to), "closing");
	trace_reader_close(from);
	event_deinit(&e);
	return 0;
}
