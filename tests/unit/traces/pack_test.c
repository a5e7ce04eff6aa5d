// SPDX-License-Identifier: MIT
/* Packing frames: when compressing is affordable, and what a stored frame is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "traces/pack.h"

#include <zstd.h>

#include <cmocka.h>

#define MS   UINT64_C(1000000)
#define SEED 42

static void compressing_costs_a_small_part_of_the_time(void **state)
{
	(void)state;
	assert_true(pack_affords(0, 0, 0, 0));
	assert_true(pack_affords(0, MS - 1, 0, 0));
	assert_false(pack_affords(0, MS, 0, 0));
	assert_false(pack_affords(10 * MS, 2 * MS, 0, 0));
	assert_true(pack_affords(1000 * MS, 20 * MS, 0, 0));
	assert_false(pack_affords(1000 * MS, 21 * MS, 0, 0));
	assert_true(pack_affords(3600000 * MS, 72000 * MS, 0, 0));
	assert_false(pack_affords(3600000 * MS, UINT64_MAX, 0, 0));
}

static void compressing_a_small_part_of_the_data_is_not_worth_it(void **state)
{
	(void)state;
	/* 1 MB costs 6 ms; 1 ms is there at once, and 20 a second. */
	assert_true(pack_affords(0, MS / 2, 500000, 83000));
	assert_false(pack_affords(0, MS / 2, 1000000, 83000));
	assert_true(pack_affords(1000 * MS, 6 * MS, 13000000, 1000000));
	assert_false(pack_affords(1000 * MS, 6 * MS, 15000000, 1000000));
	assert_true(pack_affords(2000 * MS, 6 * MS, 16000000, 1000000));
}

/* Text that compresses well. */
static void fill(struct buf *raw, size_t n)
{
	uint8_t *to;

	buf_clear(raw);
	assert_int_equal(buf_extend(raw, n, &to), 0);
	for (size_t i = 0; i < n; i++)
		to[i] = "packs well, "[i % 12] ^ (uint8_t)(i / 6000 % 7);
}

static void join(const struct packed *p, struct buf *ret)
{
	buf_clear(ret);
	for (size_t i = 0; i < p->n; i++)
		assert_int_equal(buf_append(ret, p->pieces[i].iov_base, p->pieces[i].iov_len), 0);
	assert_int_equal(ret->len, p->bytes);
}

/* Packs raw, checks all of the frame, and returns how many bytes it stores. */
static size_t check_frame(struct packer *p, const struct buf *raw)
{
	struct frame_header made = { .stream = FRAME_EVENTS, .first = 1, .records = 1 }, read;
	struct buf all = { 0 }, back = { 0 };
	struct packed packed;
	const uint8_t *stored;
	uint8_t *to;

	assert_int_equal(pack_frame(p, &made, raw, &packed), 0);
	join(&packed, &all);
	stored = all.data + FRAME_HEADER_BYTES;
	assert_null(frame_header_get(all.data, FRAME_EVENTS, SEED, true, &read));
	assert_int_equal(read.raw_bytes, raw->len);
	assert_int_equal(read.stored_bytes, all.len - FRAME_HEADER_BYTES);
	assert_int_equal(read.hash, frame_hash(stored, read.stored_bytes, SEED));
	assert_int_equal(ZSTD_getFrameContentSize(stored, read.stored_bytes), raw->len);
	assert_int_equal(buf_extend(&back, raw->len, &to), 0);
	assert_int_equal(ZSTD_decompress(to, raw->len, stored, read.stored_bytes), raw->len);
	assert_memory_equal(to, raw->data, raw->len);
	buf_deinit(&all);
	buf_deinit(&back);
	return read.stored_bytes;
}

static void a_frame_beyond_the_budget_is_a_zstd_frame_too(void **state)
{
	static const size_t sizes[] = {
		1, 255, 256, 131071, 131072, 131073, 262144, 262145, 1000000
	};
	struct packer *p;
	struct buf raw = { 0 };

	(void)state;
	assert_int_equal(packer_create(0, SEED, &p), 0);
	p->spent_ns = UINT64_MAX;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		size_t blocks = (sizes[i] - 1) / 131072 + 1;

		fill(&raw, sizes[i]);
		assert_int_equal(check_frame(p, &raw), 9 + 3 * blocks + sizes[i]);
	}
	packer_destroy(p);
	buf_deinit(&raw);
}

static void the_first_frames_are_compressed(void **state)
{
	struct packer *p;
	struct buf raw = { 0 };

	(void)state;
	assert_int_equal(packer_create(0, SEED, &p), 0);
	fill(&raw, 100000);
	assert_true(check_frame(p, &raw) < 10000);
	assert_true(p->spent_ns > 0);
	packer_destroy(p);
	buf_deinit(&raw);
}

static void a_level_that_was_asked_for_is_kept(void **state)
{
	struct packer *p;
	struct buf raw = { 0 };

	(void)state;
	assert_int_equal(packer_create(3, SEED, &p), 0);
	p->spent_ns = UINT64_MAX / 2;
	fill(&raw, 100000);
	assert_true(check_frame(p, &raw) < 10000);
	packer_destroy(p);
	buf_deinit(&raw);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(compressing_costs_a_small_part_of_the_time),
		cmocka_unit_test(compressing_a_small_part_of_the_data_is_not_worth_it),
		cmocka_unit_test(a_frame_beyond_the_budget_is_a_zstd_frame_too),
		cmocka_unit_test(the_first_frames_are_compressed),
		cmocka_unit_test(a_level_that_was_asked_for_is_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
