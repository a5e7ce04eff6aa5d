/* SPDX-License-Identifier: MIT */
/* The byte writer on byte arrays; each expectation names its assembly. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "translator/emit.h"

#include <cmocka.h>

static uint8_t out[64];
static struct emit e;

static void begin(void)
{
	memset(out, 0xee, sizeof(out));
	e = (struct emit){ .start = out, .p = out, .end = out + sizeof(out), .base = 0x71000000 };
}

#define EXPECT(...) \
	do { \
		const uint8_t expected[] = { __VA_ARGS__ }; \
		assert_int_equal(emit_offset(&e), sizeof(expected)); \
		assert_memory_equal(out, expected, sizeof(expected)); \
		begin(); \
	} while (0)

static void operands_are_relative_where_that_reaches(void **state)
{
	(void)state;
	begin();
	emit_store(&e, REG_RCX, 0x70010010); /* mov [rip - 0xfefff7], rcx */
	EXPECT(0x48, 0x89, 0x0d, 0x09, 0x00, 0x01, 0xff);
	emit_load(&e, REG_R11, 0x70010020); /* mov r11, [rip - 0xfeffe7] */
	EXPECT(0x4c, 0x8b, 0x1d, 0x19, 0x00, 0x01, 0xff);
	emit_store_imm(&e, 0x70010038, 0x11223344); /* mov dword [rip - 0xfeffd2], imm */
	EXPECT(0xc7, 0x05, 0x2e, 0x00, 0x01, 0xff, 0x44, 0x33, 0x22, 0x11);
	emit_sub_mem(&e, 0x70010000, 3); /* sub qword [rip - 0xff0008], 3 */
	EXPECT(0x48, 0x83, 0x2d, 0xf8, 0xff, 0x00, 0xff, 0x03);
	emit_jmp_mem(&e, 0x70010040); /* jmp [rip - 0xfeffc6] */
	EXPECT(0xff, 0x25, 0x3a, 0x00, 0x01, 0xff);
	emit_jmp_table(&e, 0x70011000, REG_RDX); /* jmp [rdx * 8 + 0x70011000] */
	EXPECT(0xff, 0x24, 0xd5, 0x00, 0x10, 0x01, 0x70);
	emit_pext(&e, REG_RDX, REG_RCX, 0x70010058); /* pext rdx, rcx, [rip - 0xfeffb1] */
	EXPECT(0xc4, 0xe2, 0xf2, 0xf5, 0x15, 0x4f, 0x00, 0x01, 0xff);
	emit_pdep(&e, REG_R11, REG_RSP, 0x70010109); /* pdep r11, rsp, [rip - 0xfeff00] */
	EXPECT(0xc4, 0x62, 0xdb, 0xf5, 0x1d, 0x00, 0x01, 0x01, 0xff);
	emit_and_mem(&e, REG_RDX, 0x70010107); /* and rdx, [rip - 0xfeff00] */
	EXPECT(0x48, 0x23, 0x15, 0x00, 0x01, 0x01, 0xff);
}

static void absolute_operands_have_no_base(void **state)
{
	(void)state;
	begin();
	e.base = 0x7fff80000000;
	emit_store(&e, REG_RCX, 0x70010010); /* mov [0x70010010], rcx */
	EXPECT(0x48, 0x89, 0x0c, 0x25, 0x10, 0x00, 0x01, 0x70);
	e.base = 0x7fff80000000;
	emit_store_imm(&e, 0x70010038, 0x11223344); /* mov dword [0x70010038], imm */
	EXPECT(0xc7, 0x04, 0x25, 0x38, 0x00, 0x01, 0x70, 0x44, 0x33, 0x22, 0x11);
	e.base = 0x7fff80000000;
	emit_sub_mem(&e, 0x70010000, 3); /* sub qword [0x70010000], 3 */
	EXPECT(0x48, 0x83, 0x2c, 0x25, 0x00, 0x00, 0x01, 0x70, 0x03);
	e.base = 0x7fff80000000;
	emit_pext(&e, REG_RDX, REG_RCX, 0x70010058); /* pext rdx, rcx, [0x70010058] */
	EXPECT(0xc4, 0xe2, 0xf2, 0xf5, 0x14, 0x25, 0x58, 0x00, 0x01, 0x70);
}

static void immediates_take_the_shortest_form(void **state)
{
	(void)state;
	begin();
	emit_mov_imm(&e, REG_RDX, 0); /* mov edx, 0, not xor: flags stay */
	EXPECT(0xba, 0, 0, 0, 0);
	emit_mov_imm(&e, REG_R9, 0xffffffff); /* mov r9d, 0xffffffff */
	EXPECT(0x41, 0xb9, 0xff, 0xff, 0xff, 0xff);
	emit_mov_imm(&e, REG_RDX, (uint64_t)-2); /* mov rdx, -2 */
	EXPECT(0x48, 0xc7, 0xc2, 0xfe, 0xff, 0xff, 0xff);
	emit_mov_imm(&e, REG_R10, 0x123456789a); /* movabs r10, imm64 */
	EXPECT(0x49, 0xba, 0x9a, 0x78, 0x56, 0x34, 0x12, 0, 0, 0);
}

static void addresses_are_computed_where_that_reaches(void **state)
{
	(void)state;
	begin();
	emit_lea_rip(&e, REG_R11, 0x71000017); /* lea r11, [rip + 0x10] */
	EXPECT(0x4c, 0x8d, 0x1d, 0x10, 0, 0, 0);
	emit_lea_rip(&e, REG_RCX, 0x70fffff7); /* lea rcx, [rip - 0x10] */
	EXPECT(0x48, 0x8d, 0x0d, 0xf0, 0xff, 0xff, 0xff);
	emit_lea_rip(&e, REG_R11, 0x555555551234); /* movabs r11, imm64 */
	EXPECT(0x49, 0xbb, 0x34, 0x12, 0x55, 0x55, 0x55, 0x55, 0, 0);
}

static void registers_move_without_flags(void **state)
{
	(void)state;
	begin();
	emit_lea(&e, REG_RCX, REG_RCX, REG_RDX, 1); /* lea rcx, [rcx + rdx + 1] */
	EXPECT(0x48, 0x8d, 0x4c, 0x11, 0x01);
	emit_lea(&e, REG_RCX, REG_RCX, REG_RDX, 0); /* lea rcx, [rcx + rdx] */
	EXPECT(0x48, 0x8d, 0x0c, 0x11);
	emit_lea(&e, REG_RCX, REG_R13, REG_RDX, 0); /* lea rcx, [r13 + rdx + 0] */
	EXPECT(0x49, 0x8d, 0x4c, 0x15, 0x00);
	emit_lea(&e, REG_R8, REG_R9, REG_R10, 0x1234); /* lea r8, [r9 + r10 + 0x1234] */
	EXPECT(0x4f, 0x8d, 0x84, 0x11, 0x34, 0x12, 0, 0);
	emit_lea_disp(&e, true, REG_RSP, REG_RCX, 8); /* lea rsp, [rcx + 8] */
	EXPECT(0x48, 0x8d, 0x61, 0x08);
	emit_lea_disp(&e, true, REG_RSP, REG_RSP, 0x70091000); /* lea rsp, [rsp + 0x70091000] */
	EXPECT(0x48, 0x8d, 0xa4, 0x24, 0x00, 0x10, 0x09, 0x70);
	emit_lea_disp(&e, false, REG_R9, REG_R12, 1); /* lea r9d, [r12 + 1] */
	EXPECT(0x45, 0x8d, 0x4c, 0x24, 0x01);
	emit_lea_disp(&e, false, REG_RCX, REG_RCX, -0x12345); /* lea ecx, [rcx - 0x12345] */
	EXPECT(0x8d, 0x89, 0xbb, 0xdc, 0xfe, 0xff);
	emit_not(&e, REG_RDX); /* not rdx */
	EXPECT(0x48, 0xf7, 0xd2);
	emit_save_flags(&e); /* lahf; seto al */
	EXPECT(0x9f, 0x0f, 0x90, 0xc0);
	emit_restore_flags(&e); /* add al, 0x7f; sahf */
	EXPECT(0x04, 0x7f, 0x9e);
	emit_spill_flags(&e, 0x71000007); /* mov [rip + 0], rax; lahf; seto al */
	EXPECT(0x48, 0x89, 0x05, 0, 0, 0, 0, 0x9f, 0x0f, 0x90, 0xc0);
	emit_reload_flags(&e, 0x7100000a); /* add al, 0x7f; sahf; mov rax, [rip + 0] */
	EXPECT(0x04, 0x7f, 0x9e, 0x48, 0x8b, 0x05, 0, 0, 0, 0);
}

static void the_stack_is_used_as_the_program_uses_it(void **state)
{
	size_t at;

	(void)state;
	begin();
	emit_load_stack(&e, true, REG_RCX, -8); /* mov rcx, [rsp - 8] */
	EXPECT(0x48, 0x8b, 0x4c, 0x24, 0xf8);
	emit_load_stack(&e, false, REG_RCX, -4); /* mov ecx, [rsp - 4] */
	EXPECT(0x8b, 0x4c, 0x24, 0xfc);
	emit_push_imm(&e, 0x401234); /* push 0x401234 */
	EXPECT(0x68, 0x34, 0x12, 0x40, 0x00);
	emit_push(&e, REG_R11); /* push r11 */
	EXPECT(0x41, 0x53);
	emit_push(&e, REG_RDX); /* push rdx */
	EXPECT(0x52);
	emit_pop_mem(&e, REG_R11, 0x70091000); /* pop qword [r11 + 0x70091000] */
	EXPECT(0x41, 0x8f, 0x83, 0x00, 0x10, 0x09, 0x70);
	emit_pop_mem(&e, REG_RDX, 0x70091000); /* pop qword [rdx + 0x70091000] */
	EXPECT(0x8f, 0x82, 0x00, 0x10, 0x09, 0x70);
	emit_pop_stack(&e, -0x1008); /* pop qword [rsp - 0x1008] */
	EXPECT(0x8f, 0x84, 0x24, 0xf8, 0xef, 0xff, 0xff);
	emit_store_stack_imm(&e, 4, 0x7fff); /* mov dword [rsp + 4], 0x7fff */
	EXPECT(0xc7, 0x44, 0x24, 0x04, 0xff, 0x7f, 0x00, 0x00);
	at = emit_push_constant(&e);
	emit_patch(&e, at, emit_here(&e) + 0x20); /* push qword [rip + 32] */
	EXPECT(0xff, 0x35, 0x20, 0, 0, 0);
}

static void jumps_reach_their_targets(void **state)
{
	size_t at;

	(void)state;
	begin();
	emit_jmp(&e, 0x71000005); /* jmp to the next instruction */
	EXPECT(0xe9, 0, 0, 0, 0);
	emit_jcc(&e, CC_S, 0x70fffff6); /* js -16 */
	EXPECT(0x0f, 0x88, 0xf0, 0xff, 0xff, 0xff);
	at = emit_jmp(&e, 0x71000000);
	emit_patch(&e, at, 0x71000105);
	EXPECT(0xe9, 0x00, 0x01, 0x00, 0x00);
	at = emit_call(&e, 0x71000000);
	emit_patch(&e, at, 0x71000025); /* call over 32 bytes */
	EXPECT(0xe8, 0x20, 0, 0, 0);
	at = emit_jrcxz8(&e); /* jrcxz over a nop */
	emit_u8(&e, 0x90);
	emit_bind8(&e, at);
	EXPECT(0xe3, 0x01, 0x90);
	emit_u8(&e, 0x90);
	emit_loop(&e, 0); /* loop back to the nop */
	EXPECT(0x90, 0xe2, 0xfd);
}

static void nothing_is_written_past_the_end(void **state)
{
	(void)state;
	begin();
	e.end = out + 6;
	emit_store(&e, REG_RAX, 0x70010008);
	assert_true(e.full);
	assert_int_equal(emit_offset(&e), 0);
	assert_int_equal(out[0], 0xee);
}

static void displacements_reach_two_gigabytes(void **state)
{
	(void)state;
	assert_true(emit_reaches(0x100000000, 0x17fffffff));
	assert_false(emit_reaches(0x100000000, 0x180000000));
	assert_true(emit_reaches(0x100000000, 0x80000000));
	assert_false(emit_reaches(0x100000000, 0x7fffffff));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(operands_are_relative_where_that_reaches),
		cmocka_unit_test(absolute_operands_have_no_base),
		cmocka_unit_test(immediates_take_the_shortest_form),
		cmocka_unit_test(addresses_are_computed_where_that_reaches),
		cmocka_unit_test(registers_move_without_flags),
		cmocka_unit_test(the_stack_is_used_as_the_program_uses_it),
		cmocka_unit_test(jumps_reach_their_targets),
		cmocka_unit_test(nothing_is_written_past_the_end),
		cmocka_unit_test(displacements_reach_two_gigabytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
