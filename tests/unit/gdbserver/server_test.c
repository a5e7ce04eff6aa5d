// SPDX-License-Identifier: MIT
// Packets in, answers out: everything but running and files.
#include "session.h"

#define SESSION_TEST(name, ...)                                                            \
	static void name(void **state)                                                     \
	{                                                                                  \
		struct session s;                                                          \
                                                                                           \
		(void)state;                                                               \
		session_start(&s);                                                         \
		__VA_ARGS__                                                                \
		session_end(&s);                                                           \
	}

SESSION_TEST(packets_are_acknowledged_until_both_agree_not_to, {
	assert_string_equal(session_send(&s, "!"), "+$OK#9a");
	assert_string_equal(session_send(&s, "QStartNoAckMode"), "+$OK#9a");
	assert_string_equal(session_send(&s, "!"), "$OK#9a");
})

SESSION_TEST(a_damaged_packet_is_asked_for_again, {
	assert_string_equal(session_feed(&s, "$!#00", 5), "-");
	assert_string_equal(session_feed(&s, "$!#21", 5), "+$OK#9a");
})

SESSION_TEST(an_answer_that_was_lost_is_sent_again, {
	assert_string_equal(session_feed(&s, "-", 1), "");
	assert_string_equal(session_send(&s, "!"), "+$OK#9a");
	assert_string_equal(session_feed(&s, "-", 1), "$OK#9a");
})

SESSION_TEST(packets_may_come_cut_or_together, {
	assert_string_equal(session_feed(&s, "+$!", 3), "");
	assert_string_equal(session_feed(&s, "#2", 2), "");
	assert_string_equal(session_feed(&s, "1$!#21", 6), "+$OK#9a+$OK#9a");
})

SESSION_TEST(unknown_packets_get_the_empty_answer, {
	session_expect(&s, "", "");
	session_expect(&s, "vMustReplyEmpty", "");
	session_expect(&s, "qTStatus", "");
	session_expect(&s, "qCRC:0,1", "");
	session_expect(&s, "vContinue", "");
	session_expect(&s, "Z9,401000,1", "");
	session_expect(&s, "\xff\xfe", "");
	session_expect(&s, "bc", "");
	session_expect(&s, "bs", "");
})

SESSION_TEST(nonsense_arguments_get_an_error, {
	session_expect(&s, "m", "E16");
	session_expect(&s, "mzz,4", "E16");
	session_expect(&s, "m401000", "E16");
	session_expect(&s, "m11111111111111111,1", "E16");
	session_expect(&s, "p", "E16");
	session_expect(&s, "pffff", "E16");
	session_expect(&s, "Hx0", "E16");
	session_expect(&s, "Hgp", "E16");
	session_expect(&s, "Z0,", "E16");
	session_expect(&s, "Z2,401800,0", "E16");
	session_expect(&s, "vCont;", "E16");
	session_expect(&s, "vCont;q", "E16");
	session_expect(&s, "vCont;c:zz", "E16");
	session_expect(&s, "vRun", "E16");
	session_expect(&s, "QPassSignals:zz", "E16");
	session_expect(&s, "qRcmd,7", "E16");
	session_expect(&s, "qXfer:auxv:read::0", "E16");
})

SESSION_TEST(a_packet_that_is_too_long_gets_an_error, {
	char *payload = malloc(GDB_PACKET_BYTES + 2);

	memset(payload, 'm', GDB_PACKET_BYTES + 1);
	payload[GDB_PACKET_BYTES + 1] = '\0';
	session_expect(&s, payload, "E5a");
	free(payload);
	session_expect(&s, "!", "OK");
})

SESSION_TEST(features_are_agreed_on, {
	session_expect(&s, "qSupported:multiprocess+;swbreak+;xmlRegisters=i386",
		       "PacketSize=10000;qXfer:features:read+;qXfer:auxv:read+;"
		       "qXfer:siginfo:read+;qXfer:exec-file:read+;qXfer:threads:read+;"
		       "multiprocess+;vContSupported+;swbreak+;hwbreak+;exec-events+;"
		       "QStartNoAckMode+;QPassSignals+;QProgramSignals+;ConditionalBreakpoints+;binary-upload+");
	session_expect(&s, "qC", "QCp1f4.1f4");
	session_expect(&s, "vCont?", "vCont;c;C;s;S;t;r");
})

SESSION_TEST(threads_are_named_by_process_when_gdb_can, {
	session_expect(&s, "qC", "QC1f4");
	session_expect(&s, "qfThreadInfo", "m1f4");
	session_handshake(&s);
	session_expect(&s, "qC", "QCp1f4.1f4");
	session_expect(&s, "qfThreadInfo", "mp1f4.1f4");
	session_expect(&s, "qsThreadInfo", "l");
	session_expect(&s, "qThreadExtraInfo,p1f4.1f4", "70726f6772616d");
	session_expect(&s, "Tp1f4.1f4", "OK");
	session_expect(&s, "Tp1f4.1f5", "E03");
	session_expect(&s, "Tp1f5.1f4", "E03");
	session_expect(&s, "Hgp1f4.1f4", "OK");
	session_expect(&s, "Hgp0.0", "OK");
	session_expect(&s, "Hgp1f4.-1", "OK");
	session_expect(&s, "Hc-1", "OK");
	session_expect(&s, "Hgp1f4.5", "E03");
	session_expect(&s, "qAttached:1f4", "0");
	session_expect(&s, "qXfer:threads:read::0,1000",
		       "l<threads>\n<thread id=\"p1f4.1f4\" name=\"program\"/>\n</threads>\n");
})

SESSION_TEST(registers_are_read_alone_and_together, {
	session_expect(&s, "p10", "0010400000000000");
	session_expect(&s, "p0", "1111111111111111");
	session_expect_prefix(&s, "g", "1111111111111111222222222222222200000000");
	/* 24 general, 8 of 80 bits, 8 of 32 bits, vectors ... */
	assert_int_equal(s.out.len - 5,
			 2 * (17 * 8 + 7 * 4 + 80 + 32 + 16 * 16 + 4 + 8 + 16 + 16 * 16 +
			      16 * 16 + 16 * 16 + 64 + 32 * 32 + 4));
})

SESSION_TEST(memory_is_read_as_far_as_it_goes, {
	session_expect(&s, "m401000,4", "9090ff04");
	session_expect(&s, "m401fff,4", "00");
	session_expect(&s, "m500000,4", "E0e");
	session_expect(&s, "m401000,0", "");
	session_expect(&s, "x401000,2", "b\x90\x90");
	session_expect(&s, "x401000,0", "b");
	session_expect(&s, "x500000,1", "E0e");
	session_expect_prefix(&s, "m400000,ffffffffffffffff", "7f454c46");
})

SESSION_TEST(binary_memory_is_escaped, {
	memcpy(s.fake.memory + 0x1900, "$#}*", 4);
	assert_string_equal(session_send(&s, "x401900,4"), "+$b}\x04}\x03}]}\n#c4");
})

SESSION_TEST(nothing_can_be_changed, {
	session_expect(&s, "X401800,0:", "OK");
	session_expect(&s, "X401800,1:a",
		       "E.a replay cannot be changed: memory stays as recorded");
	session_expect_prefix(&s, "M401800,1:ff", "E.");
	session_expect(&s, "P0=0000000000000000",
		       "E.a replay cannot be changed: registers stay as recorded");
	session_expect(&s, "P0=1111111111111111", "OK");
	session_expect(&s, "P39=0000000000000000", "OK"); /* ORIG_RAX */
	session_expect(&s, "p39", "ffffffffffffffff");
	session_expect(&s, "P0", "E16");
	session_expect_prefix(&s, "G00", "E.");
	session_expect(&s, "m401800,1", "00");
	session_expect(&s, "M401800", "E16");
})

SESSION_TEST(objects_are_read_in_pieces, {
	session_expect(&s, "qXfer:exec-file:read:1f4:0,ffff", "l/fake/program");
	session_expect(&s, "qXfer:exec-file:read:1f4:0,5", "m/fake");
	session_expect(&s, "qXfer:exec-file:read:1f4:5,100", "l/program");
	session_expect(&s, "qXfer:exec-file:read:1f4:100,100", "l");
	session_expect(&s, "qXfer:exec-file:read:1f4:ffffffffffffffff,ffffffffffffffff", "l");
	session_expect_prefix(&s, "qXfer:features:read:target.xml:0,20", "m<?xml version=");
	session_expect(&s, "qXfer:features:read:other.xml:0,20", "E02");
	session_expect_prefix(&s, "qXfer:auxv:read::10,8", "m\x04");
	session_expect(&s, "qXfer:siginfo:read::0,80", "E02");
	session_expect(&s, "qXfer:siginfo:write::0:00", "");
	session_expect(&s, "qXfer:nothing:read::0,1", "");
})

SESSION_TEST(monitor_tells_the_time, {
	/* "when", "when-ticks", "when-tid" */
	session_expect(&s, "qRcmd,7768656e", "43757272656e74206576656e743a20370a");
	session_expect(&s, "qRcmd,7768656e2d7469636b73", "43757272656e74207469636b3a20300a");
	session_expect(&s, "qRcmd,7768656e2d746964", "43757272656e74207469643a203530300a");
	session_expect_prefix(&s, "qRcmd,68656c70", "7768656e"); /* help */
	session_expect_prefix(&s, "qRcmd,666f6f", "64656a61206b6e6f7773206e6f"); /* foo */
})

/* struct link_map at 401a00 with l_tls_modid 2 at 8; dtv at 401b00 */
SESSION_TEST(thread_local_variables_are_found, {
	const uint32_t field[] = { 64, 1, 8 };
	const uint64_t module = 2;
	const uint64_t dtv = 0x401b00;
	const uint64_t blocks[] = { 0, 0, 0x7000, 0, 0x8000, 0, UINT64_MAX, 0 };

	memcpy(s.fake.memory + 0x1980, field, sizeof(field));
	memcpy(s.fake.memory + 0x1a08, &module, sizeof(module));
	memcpy(s.fake.memory + 0x1908, &dtv, sizeof(dtv)); /* FS base + 8 */
	memcpy(s.fake.memory + 0x1b00, blocks, sizeof(blocks));
	session_expect(&s, "qGetTLSAddr:1f4,10,401a00", "E02");
	session_expect(&s, "qSymbol::",
		       "qSymbol:5f7468726561645f64625f6c696e6b5f6d61705f6c5f746c735f6d6f646964");
	session_expect(&s, "qSymbol:401980:5f74", "OK");
	session_expect(&s, "qGetTLSAddr:1f4,10,401a00", "8010");
	session_expect(&s, "qGetTLSAddr:1f4,10,0", "7010");
	session_expect(&s, "qGetTLSAddr:1f5,10,0", "E03");
	session_expect(&s, "qGetTLSAddr:1f4,10,900000", "E0e");
	s.fake.memory[0x1a08] = 3;
	session_expect(&s, "qGetTLSAddr:1f4,10,401a00", "E02");
})

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(packets_are_acknowledged_until_both_agree_not_to),
		cmocka_unit_test(a_damaged_packet_is_asked_for_again),
		cmocka_unit_test(an_answer_that_was_lost_is_sent_again),
		cmocka_unit_test(packets_may_come_cut_or_together),
		cmocka_unit_test(unknown_packets_get_the_empty_answer),
		cmocka_unit_test(nonsense_arguments_get_an_error),
		cmocka_unit_test(a_packet_that_is_too_long_gets_an_error),
		cmocka_unit_test(features_are_agreed_on),
		cmocka_unit_test(threads_are_named_by_process_when_gdb_can),
		cmocka_unit_test(registers_are_read_alone_and_together),
		cmocka_unit_test(memory_is_read_as_far_as_it_goes),
		cmocka_unit_test(binary_memory_is_escaped),
		cmocka_unit_test(nothing_can_be_changed),
		cmocka_unit_test(objects_are_read_in_pieces),
		cmocka_unit_test(monitor_tells_the_time),
		cmocka_unit_test(thread_local_variables_are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
