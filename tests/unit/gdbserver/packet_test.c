// SPDX-License-Identifier: MIT
#include "gdbserver/packet.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

/* The last event that the bytes gave, NOTHINGs aside. */
static enum gdb_packet_event feed(struct gdb_packet_reader *r, const void *data, size_t len)
{
	enum gdb_packet_event last = GDB_PACKET_NOTHING, event;
	const uint8_t *p = data;

	for (size_t i = 0; i < len; i++) {
		assert_int_equal(gdb_packet_take(r, p[i], &event), 0);
		if (event != GDB_PACKET_NOTHING)
			last = event;
	}
	return last;
}

static void expect_payload(const struct gdb_packet_reader *r, const void *data, size_t len)
{
	assert_int_equal(r->payload.len, len);
	if (len)
		assert_memory_equal(r->payload.data, data, len);
}

static void a_packet_is_taken_whole(void **state)
{
	struct gdb_packet_reader r = { 0 };

	(void)state;
	assert_int_equal(feed(&r, "$m4,2#f", 7), GDB_PACKET_NOTHING);
	assert_int_equal(feed(&r, "a", 1), GDB_PACKET_BAD);
	assert_int_equal(feed(&r, "$m4,2#ff", 8), GDB_PACKET_COMPLETE);
	expect_payload(&r, "m4,2", 4);
	gdb_packet_reader_deinit(&r);
}

static void an_empty_packet_is_one(void **state)
{
	struct gdb_packet_reader r = { 0 };

	(void)state;
	assert_int_equal(feed(&r, "$#00", 4), GDB_PACKET_COMPLETE);
	expect_payload(&r, "", 0);
	gdb_packet_reader_deinit(&r);
}

static void checksums_are_compared_in_either_case_of_digits(void **state)
{
	struct gdb_packet_reader r = { 0 };

	(void)state;
	assert_int_equal(feed(&r, "$OK#9A", 6), GDB_PACKET_COMPLETE);
	assert_int_equal(feed(&r, "$OK#9b", 6), GDB_PACKET_BAD);
	assert_int_equal(feed(&r, "$OK#zz", 6), GDB_PACKET_BAD);
	gdb_packet_reader_deinit(&r);
}

static void escaped_bytes_are_put_right(void **state)
{
	struct gdb_packet_reader r = { 0 };

	(void)state;
	assert_int_equal(feed(&r, "$X}\x03}\x04}]}\n#ba", 13), GDB_PACKET_COMPLETE);
	expect_payload(&r, "X#$}*", 5);
	gdb_packet_reader_deinit(&r);
}

static void what_lies_between_packets_is_told_apart(void **state)
{
	struct gdb_packet_reader r = { 0 };

	(void)state;
	assert_int_equal(feed(&r, "+", 1), GDB_PACKET_ACK);
	assert_int_equal(feed(&r, "-", 1), GDB_PACKET_NAK);
	assert_int_equal(feed(&r, "\x03", 1), GDB_PACKET_INTERRUPT);
	assert_int_equal(feed(&r, "GET / HTTP/1.0\r\n", 16), GDB_PACKET_NOTHING);
	gdb_packet_reader_deinit(&r);
}

static void an_interrupt_byte_in_a_packet_is_data(void **state)
{
	struct gdb_packet_reader r = { 0 };

	(void)state;
	assert_int_equal(feed(&r, "$\x03#03", 5), GDB_PACKET_COMPLETE);
	expect_payload(&r, "\x03", 1);
	gdb_packet_reader_deinit(&r);
}

static void a_dollar_begins_anew(void **state)
{
	struct gdb_packet_reader r = { 0 };

	(void)state;
	assert_int_equal(feed(&r, "$lost$OK#9a", 11), GDB_PACKET_COMPLETE);
	expect_payload(&r, "OK", 2);
	gdb_packet_reader_deinit(&r);
}

static void a_packet_that_is_too_long_is_dropped_but_ended(void **state)
{
	struct gdb_packet_reader r = { 0 };

	(void)state;
	feed(&r, "$", 1);
	for (int i = 0; i < GDB_PACKET_BYTES + 256; i++)
		feed(&r, "\x01", 1);
	assert_true(r.payload.len <= GDB_PACKET_BYTES);
	assert_int_equal(feed(&r, "#00", 3), GDB_PACKET_TOO_LONG);
	assert_int_equal(feed(&r, "$OK#9a", 6), GDB_PACKET_COMPLETE);
	gdb_packet_reader_deinit(&r);
}

static void what_is_appended_can_be_taken(void **state)
{
	struct gdb_packet_reader r = { 0 };
	struct buf out = { 0 };
	uint8_t all[256];

	(void)state;
	for (int i = 0; i < 256; i++)
		all[i] = (uint8_t)i;
	assert_int_equal(gdb_packet_append(&out, all, sizeof(all)), 0);
	assert_int_equal(out.len, 256 + 4 + 4); /* four bytes are escaped */
	assert_int_equal(feed(&r, out.data, out.len), GDB_PACKET_COMPLETE);
	expect_payload(&r, all, sizeof(all));
	buf_deinit(&out);
	gdb_packet_reader_deinit(&r);
}

static void an_answer_is_framed(void **state)
{
	struct buf out = { 0 };

	(void)state;
	assert_int_equal(gdb_packet_append(&out, "OK", 2), 0);
	assert_int_equal(gdb_packet_append(&out, "", 0), 0);
	assert_int_equal(out.len, 10);
	assert_memory_equal(out.data, "$OK#9a$#00", 10);
	buf_deinit(&out);
}

static void bytes_fit_by_their_escaped_length(void **state)
{
	(void)state;
	assert_int_equal(gdb_packet_fitting("abc", 3, 10), 3);
	assert_int_equal(gdb_packet_fitting("abc", 3, 2), 2);
	assert_int_equal(gdb_packet_fitting("a}}", 3, 4), 2);
	assert_int_equal(gdb_packet_fitting("a}}", 3, 5), 3);
	assert_int_equal(gdb_packet_fitting("", 0, 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_packet_is_taken_whole),
		cmocka_unit_test(an_empty_packet_is_one),
		cmocka_unit_test(checksums_are_compared_in_either_case_of_digits),
		cmocka_unit_test(escaped_bytes_are_put_right),
		cmocka_unit_test(what_lies_between_packets_is_told_apart),
		cmocka_unit_test(an_interrupt_byte_in_a_packet_is_data),
		cmocka_unit_test(a_dollar_begins_anew),
		cmocka_unit_test(a_packet_that_is_too_long_is_dropped_but_ended),
		cmocka_unit_test(what_is_appended_can_be_taken),
		cmocka_unit_test(an_answer_is_framed),
		cmocka_unit_test(bytes_fit_by_their_escaped_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
