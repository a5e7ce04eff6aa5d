// SPDX-License-Identifier: MIT
#include "trace_sample.h"

#include "traces/header.h"

static char *const arguments[] = { "ls", "", "-\xff\x01\"\n", "\xc3\xa9", NULL };
static char *const environment[] = { "A=b", NULL };
static struct cpuid_row cpuid[] = { { 0, 0, 22, 1, 2, 3 }, { 7, 1, 4, 5, 6, UINT32_MAX } };

static struct trace_header sample_header(void)
{
	return (struct trace_header){
		.uuid = "01234567-89ab-cdef-0123-456789abcdef",
		.began_ns = 1700000000123456789,
		.argv = (char **)arguments,
		.envp = (char **)environment,
		.cwd = "/tmp/\xfe",
		.program = "/usr/bin/ls",
		.deja_version = "0.1.0",
		.kernel = "Linux",
		.machine = "x86_64",
		.cpuid = cpuid,
		.n_cpuid = ARRAY_SIZE(cpuid),
		.xcr0 = UINT64_MAX,
		.xstate_bytes = 2696,
		.aslr = true,
		.verify_ticks = 1000000,
	};
}

static void expect_same(const struct trace_header *a, const struct trace_header *b)
{
	assert_string_equal(a->uuid, b->uuid);
	assert_int_equal(a->began_ns, b->began_ns);
	for (size_t i = 0; a->argv[i] || b->argv[i]; i++)
		assert_string_equal(a->argv[i], b->argv[i]);
	for (size_t i = 0; a->envp[i] || b->envp[i]; i++)
		assert_string_equal(a->envp[i], b->envp[i]);
	assert_string_equal(a->cwd, b->cwd);
	assert_string_equal(a->program, b->program);
	assert_string_equal(a->deja_version, b->deja_version);
	assert_string_equal(a->kernel, b->kernel);
	assert_string_equal(a->machine, b->machine);
	assert_int_equal(a->n_cpuid, b->n_cpuid);
	assert_memory_equal(a->cpuid, b->cpuid, a->n_cpuid * sizeof(*a->cpuid));
	assert_int_equal(a->xcr0, b->xcr0);
	assert_int_equal(a->xstate_bytes, b->xstate_bytes);
	assert_int_equal(a->aslr, b->aslr);
	assert_int_equal(a->verify_ticks, b->verify_ticks);
}

static void header_round_trips_with_text_that_is_not_utf8(void **state)
{
	struct trace_header h = sample_header(), got = { 0 };
	struct buf text = { 0 };

	(void)state;
	OK(trace_header_json(&h, &text));
	OK(header_parse("t", text.data, text.len, true, &got));
	assert_int_equal(got.version, TRACE_VERSION);
	expect_same(&h, &got);
	trace_header_deinit(&got);
	buf_deinit(&text);
}

static void header_goes_through_a_trace(void **state)
{
	char *dir = sample_dir(), *trace = sample_path(dir, "t");
	struct trace_header h = sample_header();
	struct trace_writer *w;
	struct trace_reader *r;

	(void)state;
	OK(trace_create(trace, &h, NULL, &w));
	OK(trace_writer_close(w));
	OK(trace_open(trace, &r));
	expect_same(&h, trace_reader_header(r));
	assert_int_equal(trace_last_event(r), 0);
	assert_non_null(strstr(trace_cut_off(r), "before it had written an event"));
	trace_reader_close(r);
	free(trace);
	sample_remove(dir);
}

static void a_trace_without_a_uuid_gets_a_new_one(void **state)
{
	char a[37], b[37];

	(void)state;
	OK(header_new_uuid(a));
	OK(header_new_uuid(b));
	assert_int_equal(strlen(a), 36);
	assert_string_not_equal(a, b);
	assert_int_equal(a[14], '4');
}

static void expect_refused(const char *text, int error, const char *why)
{
	struct trace_header h = { 0 };
	int r = header_parse("t", text, strlen(text), false, &h);

	if (r != error || !strstr(fail_text(), why))
		fail_msg("%s: %d: %s", text, r, fail_text());
	trace_header_deinit(&h);
}

static void nonsense_is_refused_with_its_place(void **state)
{
	(void)state;
	expect_refused("", -EIO, "header.json: line");
	expect_refused("{\n\"a\": 1,\n}", -EIO, "line 3");
	expect_refused("[]", -EIO, "not an object");
	expect_refused("{}", -EIO, "damaged, or not of a trace");
	expect_refused("{\"format\": \"other\", \"version\": 1}", -EIO, "not of a trace");
	expect_refused("{\"format\": \"deja trace\", \"version\": \"1\"}", -EIO, "not of a trace");
	expect_refused("{\"format\": \"deja trace\", \"version\": 2}", -EPROTONOSUPPORT,
		       "version 2");
	expect_refused("{\"format\": \"deja trace\", \"version\": 1}", -EIO, "uuid is damaged");
	expect_refused("{\"format\": \"deja trace\", \"version\": 1, \"version\": 1}", -EIO,
		       "duplicate");
}

/* Each member in turn is replaced by a value of another type. */
static void members_of_another_type_are_refused_by_name(void **state)
{
	static const char *const members[] = { "began_ns", "argv",	   "envp",
					       "aslr",	   "verify_ticks", "xcr0",
					       "cpuid",	   "xstate_bytes", "program" };
	struct trace_header h = sample_header();
	struct buf text = { 0 };

	(void)state;
	OK(trace_header_json(&h, &text));
	OK(buf_append(&text, "", 1));
	for (size_t i = 0; i < ARRAY_SIZE(members); i++) {
		struct trace_header got = { 0 };
		struct buf changed = { 0 };
		const char *at;
		char *name;

		assert_true(asprintf(&name, "\"%s\": ", members[i]) > 0);
		at = strstr((char *)text.data, name);
		assert_non_null(at);
		OK(buf_append(&changed, text.data, (size_t)(at - (char *)text.data)));
		OK(buf_printf(&changed, "%s-1.5,\n\"was\": %s", name, at + strlen(name)));
		assert_int_equal(header_parse("t", changed.data, changed.len, false, &got), -EIO);
		assert_non_null(strstr(fail_text(), members[i]));
		trace_header_deinit(&got);
		buf_deinit(&changed);
		free(name);
	}
	buf_deinit(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(header_round_trips_with_text_that_is_not_utf8),
		cmocka_unit_test(header_goes_through_a_trace),
		cmocka_unit_test(a_trace_without_a_uuid_gets_a_new_one),
		cmocka_unit_test(nonsense_is_refused_with_its_place),
		cmocka_unit_test(members_of_another_type_are_refused_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
