// SPDX-License-Identifier: MIT
#include "trace_sample.h"

static void event_keeps_memory_over_clear(void **state)
{
	struct event e = { 0 };
	uint8_t *to;
	void *data, *writes;

	(void)state;
	OK(event_add_write(&e, 0x1000, 5, &to));
	memcpy(to, "hello", 5);
	data = e.data.data;
	writes = e.writes;
	e.kind = EVENT_SYSCALL;
	e.regs.rax = 7;
	event_clear(&e);
	assert_int_equal(e.kind, 0);
	assert_int_equal(e.regs.rax, 0);
	assert_int_equal(e.n_writes, 0);
	assert_int_equal(e.data.len, 0);
	OK(event_add_write(&e, 0x2000, 3, &to));
	assert_ptr_equal(e.data.data, data);
	assert_ptr_equal(e.writes, writes);
	event_deinit(&e);
	assert_null(e.writes);
}

static void clear_does_not_keep_what_one_huge_event_needed(void **state)
{
	struct event e = { 0 };
	uint8_t *to;

	(void)state;
	OK(event_add_write(&e, 0, 64u << 20, &to));
	event_clear(&e);
	assert_int_equal(e.data.cap, 0);
	event_deinit(&e);
}

static void writes_follow_each_other_in_data(void **state)
{
	struct event e = { 0 };
	uint8_t *to;

	(void)state;
	for (size_t i = 0; i < 100; i++) {
		OK(event_add_write(&e, i * 4096, i, &to));
		for (size_t j = 0; j < i; j++)
			to[j] = (uint8_t)i;
	}
	assert_int_equal(e.n_writes, 100);
	for (size_t i = 0; i < 100; i++) {
		const struct event_write *w = &e.writes[i];

		assert_int_equal(w->addr, i * 4096);
		assert_int_equal(w->size, i);
		for (size_t j = 0; j < i; j++)
			assert_int_equal(e.data.data[w->data_offset + j], i);
	}
	event_deinit(&e);
}

static void clear_frees_spaces_and_tasks(void **state)
{
	struct event e = { 0 };
	uint64_t seed = 1;

	(void)state;
	for (int i = 0; i < 50; i++) {
		struct event_space *s;
		struct event_task *t;

		OK(event_add_space(&e, &s));
		sample_space(&seed, s, 0);
		OK(event_add_task(&e, &t));
		sample_task(&seed, t);
	}
	event_clear(&e);
	assert_int_equal(e.n_spaces, 0);
	assert_int_equal(e.n_tasks, 0);
	event_deinit(&e);
}

static void every_kind_has_a_name(void **state)
{
	(void)state;
	for (int k = EVENT_KEYFRAME; k < EVENT_KINDS; k++)
		assert_string_not_equal(event_kind_name(k), "?");
	assert_string_equal(event_kind_name(EVENT_SYSCALL), "SYSCALL");
	assert_string_equal(event_kind_name(0), "?");
	assert_string_equal(event_kind_name(EVENT_KINDS), "?");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(event_keeps_memory_over_clear),
		cmocka_unit_test(clear_does_not_keep_what_one_huge_event_needed),
		cmocka_unit_test(writes_follow_each_other_in_data),
		cmocka_unit_test(clear_frees_spaces_and_tasks),
		cmocka_unit_test(every_kind_has_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
