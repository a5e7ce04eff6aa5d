/* SPDX-License-Identifier: MIT */
/*
 * System calls that are put into the buffer, or taken from it, without a stop: what
 * the buffer then holds, what the program sees, and when a stop comes all the same.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "inprocess.h"
#include "preload/runtime.h"
#include "translator/buffer.h"
#include "translator/space.h"

#include <cmocka.h>

/* A slot of the state page that nobody uses: where RT_GATE_TRACED leads here. */
#define TRACED_SLOT 0xb00

extern const uint8_t inprocess_syscall[];

static struct dbt *d;
static struct cpu cpu;
static struct dbt_stop stop;
static struct dbt_call call;
static struct dbt_untraced untraced;
static int pipe_fds[2];
static uint8_t memory[RT_BUFFER_BYTES];

/* A call with a stop before it gives that stop to the test, as others do. */
static void redirect_traced_gate(void)
{
	const uint32_t slot = RT_STATE + TRACED_SLOT;
	uint8_t jump[7] = { 0xff, 0x24, 0x25 };

	memcpy(jump + 3, &slot, sizeof(slot));
	assert_int_equal(mprotect((void *)RT_CODE, RT_CODE_BYTES, PROT_READ | PROT_WRITE), 0);
	memcpy((void *)RT_GATE_TRACED, jump, sizeof(jump));
	assert_int_equal(mprotect((void *)RT_CODE, RT_CODE_BYTES, PROT_READ | PROT_EXEC), 0);
	*(uint64_t *)(taddr_t)slot = at(inprocess_syscall);
}

static int set_up(void **state)
{
	static const struct dbt_config config = { .ahead = true };

	(void)state;
	d = inprocess_create(&config);
	redirect_traced_gate();
	cpu_init(&cpu);
	__asm__("rdfsbase %0" : "=r"(cpu.r.fs_base));
	__asm__("rdgsbase %0" : "=r"(cpu.r.gs_base));
	cpu.r.cs = 0x33;
	cpu.r.ss = 0x2b;
	memset(&untraced, 0, sizeof(untraced));
	memset(memory, 0, sizeof(memory));
	untraced.calls[SYS_getppid] = untraced.calls[SYS_read] = untraced.calls[SYS_lseek] = 1;
	untraced.output[SYS_getppid] = untraced.output[SYS_lseek] = RT_OUTPUT_NONE;
	untraced.output[SYS_read] = RT_OUTPUT_RSI;
	dbt_set_untraced(d, &untraced);
	dbt_empty_buffer(d);
	assert_int_equal(pipe(pipe_fds), 0);
	cpu.r.rdi = (uint64_t)pipe_fds[0];
	cpu.r.rsi = (uint64_t)memory;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	close(pipe_fds[0]);
	close(pipe_fds[1]);
	inprocess_destroy(d);
	return 0;
}

static void run(const void *code)
{
	cpu.r.rip = at(code);
	inprocess_state->syscall_entry = RT_SYSCALL;
	dbt_use_untraced(d, true, true);
	dbt_arm(d, INT64_MAX);
	dbt_set_time(d, 1000);
	do
		assert_int_equal(inprocess_run(d, &cpu, DBT_NORMAL, &stop), 0);
	while (stop.why == DBT_EXIT_MISS);
}

/* All arithmetic flags are set at the call, and shown in RBX behind it. */
CODE(code_getppid, "mov $0x1111, %ecx\n mov $0x2222, %r11d\n mov $110, %eax\n"
		   "test %eax, %eax\n jz 1f\n nop\n 1:\n"
		   "pushq $0xad7\n popfq\n"
		   "syscall\n code_getppid_behind:\n pushfq\n popq %rbx\n" END);
LABEL(code_getppid_behind);

static void a_call_without_output_leaves_no_trace_but_its_result(void **state)
{
	(void)state;
	run(code_getppid);
	assert_int_equal(stop.why, DBT_EXIT_BREAKPOINT);
	assert_int_equal(cpu.r.rax, getppid());
	assert_int_equal(cpu.r.rcx, at(code_getppid_behind));
	assert_int_equal(cpu.r.r11 & 0xcd5, 0x8d5);
	assert_int_equal(cpu.r.rbx & 0xcd5, 0x8d5);
	assert_int_equal(dbt_counted(d), 1);

	assert_true(dbt_next_buffered(d, &call));
	assert_int_equal(call.result, getppid());
	assert_int_equal(call.ticks, 1001);
	assert_int_equal(call.bytes, 0);
	assert_int_equal(call.regs.rax, SYS_getppid);
	assert_int_equal(call.regs.orig_rax, SYS_getppid);
	assert_int_equal(call.regs.rcx, 0x1111);
	assert_int_equal(call.regs.r11, 0x2222);
	assert_int_equal(call.regs.rip, at(code_getppid_behind));
	assert_int_equal(call.regs.eflags & 0xcd5, 0x8d5);
	assert_int_equal(call.regs.rsp, cpu.r.rsp);
	assert_int_equal(call.regs.rsi, cpu.r.rsi);
	assert_int_equal(call.regs.rdi, cpu.r.rdi);
	assert_int_equal(call.regs.fs_base, cpu.r.fs_base);
	assert_int_equal(call.regs.cs, 0x33);
	assert_false(dbt_next_buffered(d, &call));
}

CODE(code_read, "xor %eax, %eax\n code_read_at: syscall\n" END);
LABEL(code_read_at);

static void what_a_call_wrote_is_in_the_buffer(void **state)
{
	(void)state;
	assert_int_equal(write(pipe_fds[1], "hello", 5), 5);
	cpu.r.rdx = 100;
	run(code_read);
	assert_int_equal(stop.why, DBT_EXIT_BREAKPOINT);
	assert_int_equal(cpu.r.rax, 5);
	assert_int_equal(cpu.r.rdx, 100);
	assert_int_equal(cpu.r.rsi, at(memory));
	assert_memory_equal(memory, "hello", 5);
	assert_true(dbt_next_buffered(d, &call));
	assert_int_equal(call.addr, at(memory));
	assert_int_equal(call.bytes, 5);
	assert_memory_equal(call.data, "hello", 5);
}

static void a_failed_call_wrote_nothing(void **state)
{
	(void)state;
	cpu.r.rdi = (uint64_t)-1;
	cpu.r.rdx = 100;
	run(code_read);
	assert_int_equal(stop.why, DBT_EXIT_BREAKPOINT);
	assert_int_equal(cpu.r.rax, -9);
	assert_true(dbt_next_buffered(d, &call));
	assert_int_equal(call.result, -9);
	assert_int_equal(call.bytes, 0);
}

static void expect_called(int nr)
{
	assert_int_equal(stop.why, DBT_EXIT_CALLED);
	assert_int_equal(stop.call_nr, nr);
	assert_int_equal(stop.call_rax, nr);
	assert_false(dbt_next_buffered(d, &call));
}

static void a_call_that_faulted_stops(void **state)
{
	(void)state;
	assert_int_equal(write(pipe_fds[1], "hello", 5), 5);
	cpu.r.rsi = 1;
	cpu.r.rdx = 5;
	run(code_read);
	expect_called(SYS_read);
	assert_int_equal(cpu.r.rax, -14);
}

static void a_call_that_has_no_room_stops(void **state)
{
	(void)state;
	inprocess_state->buffer_used = RT_BUFFER_BYTES - RT_CALL_BYTES - 8;
	assert_int_equal(write(pipe_fds[1], "ninebytes", 9), 9);
	cpu.r.rdx = 9;
	d->buffer_read = inprocess_state->buffer_used;
	run(code_read);
	expect_called(SYS_read);
	assert_int_equal(cpu.r.rax, 9);
	assert_int_equal(cpu.r.rdx, 9);
	assert_int_equal(cpu.r.rsi, at(memory));
	assert_int_equal(cpu.r.rdi, pipe_fds[0]);
}

CODE(code_backwards, "std\n mov $8, %eax\n syscall\n cld\n" END);

static void a_call_with_the_direction_flag_stops(void **state)
{
	(void)state;
	run(code_backwards);
	expect_called(SYS_lseek);
	assert_int_equal(cpu.r.eflags & 0x400, 0x400);
}

CODE(code_unlisted, "mov $39, %eax\n syscall\n" END);

static void a_call_that_is_not_to_be_buffered_stops(void **state)
{
	(void)state;
	untraced.calls[SYS_getpid] = 1;
	dbt_set_untraced(d, &untraced);
	run(code_unlisted);
	expect_called(SYS_getpid);
	assert_int_equal(cpu.r.rax, getpid());
}

/* ---- taking ---- */

static const struct dbt_call *given_read(void)
{
	static const uint8_t data[] = "given";

	call = (struct dbt_call){ .ticks = 1000, .result = 5, .addr = at(memory), .bytes = 5,
				  .data = data, .regs = cpu.r };
	call.regs.rip = at(code_read_at) + 2;
	call.regs.rax = call.regs.orig_rax = SYS_read;
	call.regs.eflags = 0x246;
	return &call;
}

static void run_taking(void)
{
	cpu.r.rip = at(code_read);
	inprocess_state->syscall_entry = RT_SYSCALL;
	dbt_use_given(d, true);
	dbt_arm(d, INT64_MAX);
	dbt_set_time(d, 1000);
	do
		assert_int_equal(inprocess_run(d, &cpu, DBT_NORMAL, &stop), 0);
	while (stop.why == DBT_EXIT_MISS);
}

static void a_given_call_is_taken_and_not_made(void **state)
{
	(void)state;
	cpu.r.rdx = 100;
	assert_true(dbt_give_call(d, given_read()));
	run_taking();
	assert_int_equal(stop.why, DBT_EXIT_BREAKPOINT);
	assert_int_equal(cpu.r.rax, 5);
	assert_int_equal(cpu.r.rcx, at(code_read_at) + 2);
	assert_int_equal(cpu.r.r11, 0x246);
	assert_int_equal(cpu.r.rdx, 100);
	assert_int_equal(cpu.r.rsi, at(memory));
	assert_int_equal(cpu.r.rdi, pipe_fds[0]);
	assert_memory_equal(memory, "given", 5);
	assert_int_equal(dbt_taken(d), 1);
}

static void expect_not_taken(void)
{
	run_taking();
	assert_int_equal(stop.why, DBT_EXIT_SYSCALL);
	assert_int_equal(stop.call_nr, SYS_read);
	assert_int_equal(cpu.r.rdx, 100);
	assert_int_equal(cpu.r.rsi, at(memory));
	assert_int_equal(cpu.r.rdi, pipe_fds[0]);
	assert_int_equal(cpu.r.eflags & 0xcd5, 0x044);
	assert_int_equal(memory[0], 0);
	assert_int_equal(dbt_taken(d), 0);
}

static void a_call_with_another_register_is_not_taken(void **state)
{
	(void)state;
	for (unsigned i = 0; i < sizeof(struct regs) / 8; i++) {
		struct dbt_call other;

		/* What an address space or a mode would be changed by is checked too. */
		tear_down(NULL);
		set_up(NULL);
		cpu.r.rdx = 100;
		other = *given_read();
		((uint64_t *)&other.regs)[i] ^= 1u << 3;
		assert_true(dbt_give_call(d, &other));
		expect_not_taken();
	}
}

static void a_call_at_another_tick_is_not_taken(void **state)
{
	(void)state;
	cpu.r.rdx = 100;
	given_read();
	call.ticks++;
	assert_true(dbt_give_call(d, &call));
	expect_not_taken();
}

static void the_buffer_takes_no_more_than_it_holds(void **state)
{
	unsigned n = 0;

	(void)state;
	given_read();
	call.data = memory;
	call.bytes = 10000;
	while (dbt_give_call(d, &call))
		n++;
	assert_int_equal(n, RT_BUFFER_BYTES / (RT_CALL_BYTES + 10000));
}

/* ---- interrupted ---- */

static taddr_t runtime_place(const uint8_t *place)
{
	return RT_CODE + (taddr_t)(place - pre_runtime);
}

static void an_interrupted_call_is_buffered_again(void **state)
{
	struct regs r = { .rip = RT_CALLED, .rax = 7 };

	(void)state;
	inprocess_state->call_result = 1;
	inprocess_state->rdx = 2;
	inprocess_state->call_rsi = 3;
	inprocess_state->call_rdi = 4;
	assert_true(dbt_rewind(d, &r));
	assert_int_equal(r.rax, 7);

	r = (struct regs){ .rip = runtime_place(pre_call_buffered) - 1, .r11 = 0x202 };
	assert_true(dbt_rewind(d, &r));
	assert_int_equal(r.rip, RT_CALLED);
	assert_int_equal(r.rax, 1);
	assert_int_equal(r.rdx, 2);
	assert_int_equal(r.rsi, 3);
	assert_int_equal(r.rdi, 4);
	assert_int_equal(r.r11, 0x202);

	r.rip = runtime_place(pre_call_buffered);
	assert_false(dbt_rewind(d, &r));
	r.rip = RT_GATE_UNTRACED + 2;
	assert_false(dbt_rewind(d, &r));
}

static void a_call_whose_data_cannot_be_copied_is_made_with_a_stop(void **state)
{
	struct regs r = { .rip = runtime_place(pre_call_matched), .r11 = 0x246 };

	(void)state;
	inprocess_state->call_nr = SYS_read;
	inprocess_state->rcx = 1;
	inprocess_state->r11 = 2;
	assert_true(dbt_rewind(d, &r));
	assert_int_equal(r.rip, RT_SYSCALL);
	assert_int_equal(r.rax, SYS_read);
	assert_int_equal(r.rcx, 1);
	assert_int_equal(r.r11, 2);
	assert_int_equal(r.eflags, 0x246);
}

static void what_the_program_does_to_the_buffer_is_not_believed(void **state)
{
	struct rt_call *first = (void *)RT_BUFFER;

	(void)state;
	run(code_getppid);
	first->n = UINT64_MAX;
	assert_true(dbt_next_buffered(d, &call));
	assert_int_equal(call.bytes, 0);
	d->buffer_read = 0;
	first->bytes = 0;
	assert_false(dbt_next_buffered(d, &call));
	first->bytes = RT_BUFFER_BYTES;
	assert_false(dbt_next_buffered(d, &call));
	inprocess_state->buffer_used = UINT64_MAX;
	assert_false(dbt_next_buffered(d, &call));
	inprocess_state->buffer_taken = UINT64_MAX;
	assert_int_equal(dbt_taken(d), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	/* To the caller: the test was skipped. */
	const int skipped = 77;
	const struct CMUnitTest tests[] = {
		TEST(a_call_without_output_leaves_no_trace_but_its_result),
		TEST(what_a_call_wrote_is_in_the_buffer),
		TEST(a_failed_call_wrote_nothing),
		TEST(a_call_that_faulted_stops),
		TEST(a_call_that_has_no_room_stops),
		TEST(a_call_with_the_direction_flag_stops),
		TEST(a_call_that_is_not_to_be_buffered_stops),
		TEST(a_given_call_is_taken_and_not_made),
		TEST(a_call_with_another_register_is_not_taken),
		TEST(a_call_at_another_tick_is_not_taken),
		TEST(the_buffer_takes_no_more_than_it_holds),
		TEST(an_interrupted_call_is_buffered_again),
		TEST(a_call_whose_data_cannot_be_copied_is_made_with_a_stop),
		TEST(what_the_program_does_to_the_buffer_is_not_believed),
	};

	if (!buffer_usable()) {
		puts("programs cannot read their FS base here");
		return skipped;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
