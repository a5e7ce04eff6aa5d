// SPDX-License-Identifier: MIT
#include "cli/trace_arg.h"

#include <stdlib.h>

#include "common/log.h"

int opened_trace_init(struct opened_trace *t, const char *name)
{
	int error;

	*t = (struct opened_trace){ 0 };
	error = trace_find(name, &t->dir);
	return error ? error : trace_open(t->dir, &t->reader);
}

void opened_trace_deinit(struct opened_trace *t)
{
	if (t->reader)
		trace_reader_close(t->reader);
	free(t->dir);
	*t = (struct opened_trace){ 0 };
}

void warn_cut_off(const struct trace_reader *r)
{
	const char *why = trace_cut_off(r);

	if (why)
		log_warn("the trace is cut off: %s", why);
}
