// SPDX-License-Identifier: MIT
// deja traceinfo: what a program can know of a trace without replaying it.
#include <errno.h>
#include <jansson.h>
#include <stdio.h>

#include "cli/command.h"
#include "cli/trace_arg.h"
#include "common/cleanup.h"
#include "common/error.h"

/* A string that need not be UTF-8: what is not becomes U+FFFD, byte by byte. */
static json_t *json_text(const char *text)
{
	json_t *exact = text ? json_string(text) : json_null();
	cleanup_with(buf_deinit) struct buf b = { 0 };

	if (exact)
		return exact;
	for (; *text; text++) {
		bool plain = (unsigned char)*text < 0x80;

		if (buf_append(&b, plain ? text : "\xef\xbf\xbd", plain ? 1 : 3))
			return NULL;
	}
	return json_stringn((const char *)b.data, b.len);
}

static json_t *json_texts(char **texts)
{
	json_t *list = json_array();

	for (; texts && *texts; texts++)
		json_array_append_new(list, json_text(*texts));
	return list;
}

static json_t *json_cpuid(const struct trace_header *h)
{
	json_t *list = json_array();

	for (size_t i = 0; i < h->n_cpuid; i++) {
		const struct cpuid_row *c = &h->cpuid[i];

		json_array_append_new(list, json_pack("[I,I,I,I,I,I]", (json_int_t)c->leaf,
						      (json_int_t)c->subleaf, (json_int_t)c->eax,
						      (json_int_t)c->ebx, (json_int_t)c->ecx,
						      (json_int_t)c->edx));
	}
	return list;
}

static json_t *json_files(struct trace_reader *r)
{
	json_t *list = json_array();
	const char *name;

	for (uint32_t id = 1; (name = trace_file_name(r, id)); id++)
		json_array_append_new(list, json_text(name));
	return list;
}

static json_t *json_header(const struct trace_header *h)
{
	return json_pack(
		"{s:i, s:s, s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:I, s:I, s:b, s:I, s:o}",
		"version", (int)h->version, "uuid", h->uuid, "began_ns", (json_int_t)h->began_ns,
		"program", json_text(h->program), "argv", json_texts(h->argv), "env",
		json_texts(h->envp), "cwd", json_text(h->cwd), "deja", json_text(h->deja_version),
		"kernel", json_text(h->kernel), "machine", json_text(h->machine), "xcr0",
		(json_int_t)h->xcr0, "xstate_bytes", (json_int_t)h->xstate_bytes, "aslr",
		(int)h->aslr, "verify_ticks", (json_int_t)h->verify_ticks, "cpuid", json_cpuid(h));
}

/* What only the events tell: the length of the run and how it ended. */
static int add_end(json_t *info, struct trace_reader *r)
{
	cleanup_with(event_deinit) struct event e = { 0 };
	event_t last = trace_last_event(r);
	int error = 0;

	if (last) {
		error = trace_seek(r, last);
		if (!error)
			error = trace_read(r, &e);
	}
	if (error < 0)
		return error;
	json_object_set_new(info, "events", json_integer((json_int_t)last));
	json_object_set_new(info, "duration_ns", json_integer((json_int_t)e.time_ns));
	json_object_set_new(info, "status",
			    e.kind == EVENT_END ? json_integer(e.status) : json_null());
	return 0;
}

static int print_info(struct opened_trace *t)
{
	json_t *info = json_header(trace_reader_header(t->reader));
	int error = info ? add_end(info, t->reader) : fail(-ENOMEM, "out of memory");

	if (!error) {
		json_object_set_new(info, "dir", json_text(t->dir));
		json_object_set_new(info, "bytes",
				    json_integer((json_int_t)trace_dir_bytes(t->dir)));
		json_object_set_new(info, "cut_off", json_text(trace_cut_off(t->reader)));
		json_object_set_new(info, "files", json_files(t->reader));
		if (json_dumpf(info, stdout, JSON_INDENT(2) | JSON_PRESERVE_ORDER))
			error = fail(-EIO, "cannot write to stdout");
		putchar('\n');
	}
	json_decref(info);
	return error;
}

static int run_traceinfo(int argc, char **argv)
{
	cleanup_with(opened_trace_deinit) struct opened_trace t = { 0 };

	if (argc > 1 && argv[1][0] == '-')
		return usage_error(&traceinfo_command, "unknown option %s", argv[1]);
	if (argc > 2)
		return usage_error(&traceinfo_command, "one trace, please");
	if (opened_trace_init(&t, argv[1]) || print_info(&t))
		return report_failure();
	return 0;
}

const struct command traceinfo_command = {
	.name = "traceinfo",
	.args = "[TRACE]",
	.summary = "Print what is known of a trace, as JSON",
	.help = "Header, number of events, duration, files, size; cut_off says why a trace ends\n"
		"before its program did (else null); status is as wait(2) gives it.\n",
	.run = run_traceinfo,
};
