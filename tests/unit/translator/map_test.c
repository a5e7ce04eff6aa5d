/* SPDX-License-Identifier: MIT */
/* What is put into a map is found in it, and nothing else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "translator/map.h"

#include <cmocka.h>

#define PC 0x401000

static const struct map_entry entries[] = {
	{ .host = 0, .pc = PC, .len = 3 },
	{ .host = 3, .pc = PC + 3, .len = 2 },
	{ .host = 9, .pc = PC + 0x70000, .len = 15, .ticks = 1 },
	{ .host = 40, .pc = PC + 0x70000, .len = 15, .ticks = 1, .spills = SPILL_RCX },
	{ .host = 300, .pc = PC - 0x1000, .len = 1, .ticks = 1 },
	{ .host = 1000, .pc = PC - 0xfff, .len = 0, .ticks = 0, .spills = 0x38 },
};

static void entries_come_back(void **state)
{
	struct buf map = { 0 };
	struct map_writer w;
	struct map_entry e;

	(void)state;
	map_begin(&w, &map, PC);
	for (size_t i = 0; i < ARRAY_SIZE(entries); i++)
		assert_int_equal(map_add(&w, &entries[i]), 0);
	for (uint32_t host = 0, i = 0; host < 1200; host++) {
		bool there = i < ARRAY_SIZE(entries) && entries[i].host == host;

		assert_int_equal(map_find(map.data, map.len, PC, host, &e), there);
		if (!there)
			continue;
		assert_int_equal(e.pc, entries[i].pc);
		assert_int_equal(e.len, entries[i].len);
		assert_int_equal(e.ticks, entries[i].ticks);
		assert_int_equal(e.spills, entries[i].spills);
		i++;
	}
	buf_deinit(&map);
}

static void the_last_entry_of_a_place_counts(void **state)
{
	struct buf map = { 0 };
	struct map_writer w;
	struct map_entry e = { .host = 0, .pc = PC, .len = 5 };

	(void)state;
	map_begin(&w, &map, PC);
	assert_int_equal(map_add(&w, &e), 0);
	e.pc = PC + 64;
	assert_int_equal(map_add(&w, &e), 0);
	e.pc = PC + 69;
	e.host = 5;
	assert_int_equal(map_add(&w, &e), 0);
	assert_true(map_find(map.data, map.len, PC, 0, &e));
	assert_int_equal(e.pc, PC + 64);
	assert_true(map_find(map.data, map.len, PC, 5, &e));
	assert_int_equal(e.pc, PC + 69);
	buf_deinit(&map);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(entries_come_back),
		cmocka_unit_test(the_last_entry_of_a_place_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
