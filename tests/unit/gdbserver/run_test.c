// SPDX-License-Identifier: MIT
// Running, stopping, starting and leaving.
#include "session.h"

#define START AT("0010400000000000")
#define DATA_CHANGED AT("0910400000000000")
#define BEHIND_UD2 AT("0c10400000000000")

static void start(struct session *s)
{
	session_start(s);
	session_handshake(s);
}

static void the_first_stop_is_plain(void **state)
{
	struct session s;

	(void)state;
	start(&s);
	session_expect(&s, "?", "T05" START);
	session_end(&s);
}

static void steps_stop_behind_one_instruction(void **state)
{
	struct session s;

	(void)state;
	start(&s);
	session_expect(&s, "vCont;s:p1f4.1f4", "T05" AT("0110400000000000"));
	session_expect(&s, "vCont;s:p1f4.1f4;c:p1f4.-1", "T05" AT("0210400000000000"));
	session_expect(&s, "s", "T05" DATA_CHANGED);
	session_end(&s);
}

static void a_range_is_stepped_through_without_stops(void **state)
{
	struct session s;

	(void)state;
	start(&s);
	session_expect(&s, "vCont;r401000,401009:p1f4.1f4", "T05" DATA_CHANGED);
	assert_int_equal(s.fake.steps, 3);
	session_expect(&s, "vCont;r401000", "E16");
	session_end(&s);
}

static void a_breakpoint_ends_a_range(void **state)
{
	struct session s;

	(void)state;
	start(&s);
	session_expect(&s, "Z0,401002,1", "OK");
	session_expect(&s, "vCont;r401000,401009:p1f4.1f4",
		       "T05swbreak:;" AT("0210400000000000"));
	session_end(&s);
}

static void breakpoints_stop_before_their_instruction(void **state)
{
	struct session s;

	(void)state;
	start(&s);
	session_expect(&s, "Z0,401002,1", "OK");
	session_expect(&s, "Z0,401002,1", "OK");
	assert_int_equal(s.fake.n_breakpoints, 1);
	session_expect(&s, "m401002,1", "ff");
	session_expect(&s, "vCont;c", "T05swbreak:;" AT("0210400000000000"));
	session_expect(&s, "z0,401002,1", "OK");
	session_expect(&s, "z0,401002,1", "OK");
	assert_int_equal(s.fake.n_breakpoints, 0);
	session_expect(&s, "Z1,401009,1", "OK");
	session_expect(&s, "vCont;c:p1f4.-1", "T05hwbreak:;" DATA_CHANGED);
	session_end(&s);
}

static void both_kinds_of_breakpoint_may_stand_at_one_place(void **state)
{
	struct session s;

	(void)state;
	start(&s);
	session_expect(&s, "Z0,401009,1", "OK");
	session_expect(&s, "Z1,401009,1", "OK");
	assert_int_equal(s.fake.n_breakpoints, 1);
	session_expect(&s, "z0,401009,1", "OK");
	assert_int_equal(s.fake.n_breakpoints, 1);
	session_expect(&s, "z1,401009,1", "OK");
	assert_int_equal(s.fake.n_breakpoints, 0);
	session_end(&s);
}

/* const32 401800, ref8, const8 1, equal: the data is 1; reg 0, const8 0, equal:
 * RAX is 0, which it never is. */
static void breakpoints_stop_when_a_condition_holds(void **state)
{
	struct session s;

	(void)state;
	start(&s);
	session_expect(&s, "Z0,401001,1;Xa,24004018001722011327", "OK");
	session_expect(&s, "Z0,401009,1;Xa,24004018001722011327;X7,26000022001327", "OK");
	session_expect(&s, "c", "T05swbreak:;" DATA_CHANGED);
	session_expect(&s, "vRun;", "T05" START);
	session_expect(&s, "Z0,401009,1;X7,26000022001327", "OK");
	session_expect(&s, "c", "T04" BEHIND_UD2);
	session_expect(&s, "vRun;", "T05" START);
	session_expect(&s, "Z0,401002,1;X7,26000022001327", "OK");
	session_expect(&s, "vCont;r401000,401009:p1f4.1f4", "T05" DATA_CHANGED);
	session_end(&s);
}

static void conditions_change_by_inserting_again(void **state)
{
	struct session s;

	(void)state;
	start(&s);
	session_expect(&s, "Z0,401009,1;X7,26000022001327", "OK");
	session_expect(&s, "Z0,401009,1", "OK");
	assert_int_equal(s.fake.n_breakpoints, 1);
	session_expect(&s, "c", "T05swbreak:;" DATA_CHANGED);
	session_end(&s);
}

static void a_condition_that_cannot_be_evaluated_stops(void **state)
{
	struct session s;

	(void)state;
	start(&s);
	session_expect(&s, "Z0,401001,1;X2,ff27", "OK");
	session_expect(&s, "c", "T05swbreak:;" AT("0110400000000000"));
	session_expect(&s, "Z0,401002,1;X2,ff", "E16");
	session_expect(&s, "Z0,401002,1;Xffffffffffffffff,ff", "E16");
	session_expect(&s, "Z0,401002,1;X1,zz", "E16");
	session_expect(&s, "Z0,401002,1;cmds:0,X1,27", "E16");
	assert_int_equal(s.fake.n_breakpoints, 1);
	session_end(&s);
}

static void watchpoints_tell_what_was_touched(void **state)
{
	struct session s;

	(void)state;
	start(&s);
	session_expect(&s, "Z2,401800,4", "OK");
	session_expect(&s, "c", "T05watch:401800;" DATA_CHANGED);
	session_expect(&s, "z2,401800,4", "OK");
	assert_int_equal(s.fake.n_watches, 0);
	session_expect(&s, "Z4,401800,8", "OK");
	session_expect(&s, "c", "T04" BEHIND_UD2);
	session_expect(&s, "c", "T05awatch:401800;" AT("1410400000000000"));
	session_end(&s);
}

static void signals_stop_with_their_information(void **state)
{
	struct session s;

	(void)state;
	start(&s);
	session_expect(&s, "c", "T04" BEHIND_UD2);
	session_expect_prefix(&s, "qXfer:siginfo:read::0,4", "m\x04");
	session_expect(&s, "?", "T04" BEHIND_UD2);
	session_expect(&s, "vCont;C04:p1f4.-1", "T05exec:2f66616b652f70726f6772616d;" AT("1610400000000000"));
	session_end(&s);
}

static void signals_that_gdb_passes_do_not_stop(void **state)
{
	struct session s;

	(void)state;
	start(&s);
	session_expect(&s, "QPassSignals:e;4;14", "OK");
	session_expect_prefix(&s, "c", "T05exec:");
	session_expect(&s, "vRun;", "T05" START);
	session_expect(&s, "QPassSignals:", "OK");
	session_expect(&s, "c", "T04" BEHIND_UD2);
	session_end(&s);
}

static void a_step_is_told_of_passed_signals_too(void **state)
{
	struct session s;

	(void)state;
	start(&s);
	session_expect(&s, "QPassSignals:4", "OK");
	session_expect(&s, "vCont;r401000,401100:p1f4.1f4", "T04" BEHIND_UD2);
	session_end(&s);
}

static void a_new_image_takes_breakpoints_away(void **state)
{
	struct session s;

	(void)state;
	start(&s);
	session_expect(&s, "QPassSignals:4", "OK");
	session_expect(&s, "Z0,401100,1", "OK");
	session_expect_prefix(&s, "c", "T05exec:2f66616b652f70726f6772616d;06:");
	assert_int_equal(s.fake.n_breakpoints, 0);
	session_end(&s);
}

static void exit_leaves_no_process_and_run_starts_again(void **state)
{
	struct session s;

	(void)state;
	start(&s);
	session_expect_prefix(&s, "c", "T04");
	session_expect_prefix(&s, "c", "T05exec:");
	session_expect(&s, "Z0,401001,1", "OK");
	session_expect(&s, "c", "W07;process:1f4");
	session_expect(&s, "?", "W07;process:1f4");
	session_expect(&s, "g", "E03");
	session_expect(&s, "c", "E03");
	session_expect(&s, "qfThreadInfo", "l");
	session_expect(&s, "Z0,401001,1", "E03");
	session_expect(&s, "vRun;2f66616b65", "T05" START);
	assert_int_equal(s.fake.n_breakpoints, 0);
	session_expect(&s, "c", "T04" BEHIND_UD2);
	session_end(&s);
}

static void run_takes_the_number_of_an_event(void **state)
{
	struct session s;

	(void)state;
	start(&s);
	session_expect(&s, "vRun;;31", "T05" AT("0110400000000000")); /* 1 */
	session_expect(&s, "vCont;c:p1f4.-1", "T00" AT("0110400000000000"));
	session_expect(&s, "vCont;c:p1f4.-1", "T04" BEHIND_UD2);
	session_expect(&s, "vRun;;3939", "E22"); /* 99 */
	session_expect(&s, "vRun;;2d31", "E16"); /* -1 */
	session_expect(&s, "vRun;;6d61696e", "E16"); /* main */
	session_end(&s);
}

static void killed_and_detached_processes_are_gone(void **state)
{
	struct session s;

	(void)state;
	start(&s);
	session_expect(&s, "vKill;1f4", "OK");
	session_expect(&s, "?", "W00;process:1f4");
	session_expect(&s, "vRun;", "T05" START);
	session_expect(&s, "Z0,401001,1", "OK");
	session_expect(&s, "D;1f4", "OK");
	assert_int_equal(s.fake.n_breakpoints, 0);
	session_expect(&s, "D;1f4", "E03");
	session_expect(&s, "vRun;", "T05" START);
	assert_string_equal(session_send(&s, "k"), "+");
	session_expect(&s, "g", "E03");
	assert_string_equal(session_send(&s, "R00"), "+");
	session_expect(&s, "?", "T05" START);
	session_end(&s);
}

static void the_end_of_the_recording_is_told(void **state)
{
	struct session s;

	(void)state;
	start(&s);
	s.fake.regs.rip = FAKE_END;
	session_expect(&s, "c", "T05replaylog:end;" AT("0012400000000000"));
	session_expect(&s, "s", "T05replaylog:end;" AT("0012400000000000"));
	session_end(&s);
}

static void a_replay_that_cannot_go_on_says_why(void **state)
{
	struct session s;

	(void)state;
	start(&s);
	s.fake.regs.rip = FAKE_BROKEN;
	/* O "the replay diverged at event 7\n" */
	assert_string_equal(session_send(&s, "c"),
			    "+$O746865207265706c617920646976657267656420617420"
			    "6576656e7420370a#9a$E.the replay cannot go on#f7");
	session_expect(&s, "p10", "0013400000000000");
	session_end(&s);
}

static void an_interrupt_that_came_with_the_resume_counts(void **state)
{
	struct session s;
	static const char packet[] = "$c#63\x03";

	(void)state;
	start(&s);
	s.fake.regs.rip = FAKE_LOOP;
	assert_non_null(strstr(session_feed(&s, packet, sizeof(packet) - 1),
			       "$T02" AT("0011400000000000")));
	session_end(&s);
}

static void an_interrupt_while_nothing_runs_is_dropped(void **state)
{
	struct session s;

	(void)state;
	start(&s);
	assert_string_equal(session_feed(&s, "\x03", 1), "");
	session_expect(&s, "s", "T05" AT("0110400000000000"));
	session_end(&s);
}

static void a_debugger_that_knows_less_is_told_less(void **state)
{
	struct session s;

	(void)state;
	session_start(&s);
	session_expect(&s, "Z0,401001,1", "OK");
	session_expect(&s, "c",
		       "T0506:3333333333333333;07:f01f400000000000;"
		       "10:0110400000000000;thread:1f4;");
	session_expect_prefix(&s, "c", "T0406:");
	session_expect_prefix(&s, "c", "T0506:");
	session_expect(&s, "c", "W07");
	session_end(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_stop_is_plain),
		cmocka_unit_test(steps_stop_behind_one_instruction),
		cmocka_unit_test(a_range_is_stepped_through_without_stops),
		cmocka_unit_test(a_breakpoint_ends_a_range),
		cmocka_unit_test(breakpoints_stop_before_their_instruction),
		cmocka_unit_test(both_kinds_of_breakpoint_may_stand_at_one_place),
		cmocka_unit_test(breakpoints_stop_when_a_condition_holds),
		cmocka_unit_test(conditions_change_by_inserting_again),
		cmocka_unit_test(a_condition_that_cannot_be_evaluated_stops),
		cmocka_unit_test(watchpoints_tell_what_was_touched),
		cmocka_unit_test(signals_stop_with_their_information),
		cmocka_unit_test(signals_that_gdb_passes_do_not_stop),
		cmocka_unit_test(a_step_is_told_of_passed_signals_too),
		cmocka_unit_test(a_new_image_takes_breakpoints_away),
		cmocka_unit_test(exit_leaves_no_process_and_run_starts_again),
		cmocka_unit_test(run_takes_the_number_of_an_event),
		cmocka_unit_test(killed_and_detached_processes_are_gone),
		cmocka_unit_test(the_end_of_the_recording_is_told),
		cmocka_unit_test(a_replay_that_cannot_go_on_says_why),
		cmocka_unit_test(an_interrupt_that_came_with_the_resume_counts),
		cmocka_unit_test(an_interrupt_while_nothing_runs_is_dropped),
		cmocka_unit_test(a_debugger_that_knows_less_is_told_less),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
