/* SPDX-License-Identifier: MIT */
/* Decoding, and which flags are dead before which instructions. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "translator/flags.h"
#include "translator/insn.h"
#include "translator/quick.h"
#include "translator/translator.h"

#include <cmocka.h>

static struct insn decode(const char *bytes, size_t n)
{
	struct insn in;
	uint8_t b[15] = { 0 };

	memcpy(b, bytes, n);
	assert_int_equal(insn_decode(0x1000, b, sizeof(b), &in), 0);
	return in;
}

#define DECODE(bytes) decode(bytes, sizeof(bytes) - 1)

static void branches_know_their_targets(void **state)
{
	struct insn in = DECODE("\x75\x10"); /* jne +16 */

	(void)state;
	assert_int_equal(in.kind, INSN_JCC);
	assert_int_equal(in.what, 5);
	assert_int_equal(in.target, 0x1012);
	in = DECODE("\x66\x66\x48\xe8\x00\x01\x00\x00"); /* data16 data16 rex.W call */
	assert_int_equal(in.kind, INSN_CALL);
	assert_int_equal(in.target, 0x1108);
	in = DECODE("\x67\xe3\xfe"); /* jecxz */
	assert_int_equal(in.kind, INSN_LOOP);
	in = DECODE("\xf3\xc3"); /* rep ret */
	assert_int_equal(in.kind, INSN_RET);
	in = DECODE("\xc2\x10\x00");
	assert_int_equal(in.pops, 16);
	in = DECODE("\x3e\xff\xe0"); /* notrack jmp rax */
	assert_int_equal(in.kind, INSN_JMP_IND);
	in = DECODE("\xff\x28"); /* jmp far [rax] */
	assert_int_equal(in.kind, INSN_UNSUPPORTED);
	in = DECODE("\xcb"); /* a far return */
	assert_int_equal(in.kind, INSN_UNSUPPORTED);
}

static void rip_relative_operands_are_found(void **state)
{
	struct insn in = DECODE("\x48\x8b\x05\x10\x00\x00\x00"); /* mov rax, [rip + 16] */

	(void)state;
	assert_true(in.rip);
	assert_int_equal(in.target, 0x1017);
	assert_int_equal(in.disp, 3);
	in = DECODE("\x80\x3d\x10\x00\x00\x00\x07"); /* cmp byte [rip + 16], 7 */
	assert_int_equal(in.target, 0x1017);
	in = DECODE("\x62\xf1\x7c\x48\x10\x05\x40\x00\x00\x00"); /* vmovups zmm0, [rip + 64] */
	assert_true(in.rip);
	assert_int_equal(in.target, 0x104a);
	in = DECODE("\x48\x8b\x04\x25\x10\x00\x00\x00"); /* mov rax, [16] */
	assert_false(in.rip);
}

static void short_reads_ask_for_more(void **state)
{
	static const uint8_t bytes[] = { 0x48, 0xb8, 1, 2, 3 };
	struct insn in;

	(void)state;
	assert_int_equal(insn_decode(0x1000, bytes, sizeof(bytes), &in), -ENODATA);
}

/* Whether flags are dead before the first of these instructions. */
static bool dead(const char *bytes, size_t n)
{
	struct insn insns[8];
	const struct insn *list[8];
	size_t count = 0;

	for (size_t at = 0; at < n; at += insns[count++].len) {
		insns[count] = decode(bytes + at, n - at);
		list[count] = &insns[count];
	}
	return flags_dead(list, count);
}

#define DEAD(bytes) dead(bytes, sizeof(bytes) - 1)

static void flags_die_by_being_overwritten_unread(void **state)
{
	(void)state;
	assert_true(DEAD("\x39\xd8"));			     /* cmp eax, ebx */
	assert_true(DEAD("\x89\xd8\x48\x8d\x04\x0a\x31\xc0")); /* mov; lea; xor eax, eax */
	assert_false(DEAD("\xff\xc0"));			     /* inc eax: CF lives */
	assert_true(DEAD("\xff\xc0\x85\xc0"));		     /* inc; test */
	assert_false(DEAD("\x11\xd8"));			     /* adc reads CF */
	assert_true(DEAD("\xf9\xff\xc0"));		     /* stc; inc: all six */
	assert_false(DEAD("\x0f\x94\xc0\x31\xc0"));	     /* sete al; xor */
	assert_false(DEAD("\xd3\xe0"));			     /* shl eax, cl: perhaps by 0 */
}

static void faults_and_branches_show_flags(void **state)
{
	(void)state;
	assert_false(DEAD("\x8b\x07\x31\xc0"));	    /* mov eax, [rdi]; xor */
	assert_false(DEAD("\x3b\x07"));		    /* cmp eax, [rdi] */
	assert_false(DEAD("\xf7\xf1\x31\xc0"));	    /* div ecx; xor */
	assert_false(DEAD("\x9c\x31\xc0"));	    /* pushfq */
	assert_false(DEAD("\xc3"));		    /* ret */
	assert_false(DEAD("\x0f\x05"));		    /* syscall: R11 is the flags */
	assert_false(DEAD("\x8e\xd8\x31\xc0"));	    /* mov ds, eax may fault */
	assert_false(DEAD("\xa1\x00\x00\x00\x00\x00\x00\x00\x00\x31\xc0")); /* mov eax, [abs] */
}

#define MOVES_STACK(bytes) (DECODE(bytes).stack)

static void the_stack_pointer_is_watched_where_it_may_go_anywhere(void **state)
{
	(void)state;
	assert_true(MOVES_STACK("\x48\x89\xec"));		     /* mov rsp, rbp */
	assert_true(MOVES_STACK("\x48\x8b\xe5"));		     /* the same */
	assert_true(MOVES_STACK("\x48\x8b\x20"));		     /* mov rsp, [rax] */
	assert_true(MOVES_STACK("\xbc\x00\x00\x00\x20"));	     /* mov esp, imm32 */
	assert_true(MOVES_STACK("\xc9"));			     /* leave */
	assert_true(MOVES_STACK("\xc8\x10\x00\x00"));	     /* enter */
	assert_true(MOVES_STACK("\x5c"));			     /* pop rsp */
	assert_true(MOVES_STACK("\x8f\xc4"));		     /* pop rsp */
	assert_true(MOVES_STACK("\x48\x94"));		     /* xchg rax, rsp */
	assert_true(MOVES_STACK("\x48\x87\x20"));		     /* xchg [rax], rsp */
	assert_true(MOVES_STACK("\x0f\xcc"));		     /* bswap esp */
	assert_true(MOVES_STACK("\x48\x0f\x44\xe0"));	     /* cmove rsp, rax */
	assert_true(MOVES_STACK("\x48\x29\xc4"));		     /* sub rsp, rax */
	assert_true(MOVES_STACK("\x48\x81\xec\x00\x00\x02\x00")); /* sub rsp, 128 KiB */
	assert_true(MOVES_STACK("\x48\x83\xc4\x04"));	     /* add rsp, 4 */
	assert_true(MOVES_STACK("\x83\xc4\x08"));		     /* add esp, 8 */
	assert_true(MOVES_STACK("\x48\x83\xe4\xff"));	     /* and rsp, -1: not aligned */
	assert_true(MOVES_STACK("\x48\x8d\x65\xd8"));	     /* lea rsp, [rbp - 40] */
	assert_true(MOVES_STACK("\x48\x8d\x24\x04"));	     /* lea rsp, [rsp + rax] */
	assert_true(MOVES_STACK("\x40\xb4\x08"));		     /* mov spl, 8 */
	assert_true(MOVES_STACK("\xc4\xe2\xd8\xf3\xd8"));	     /* blsi rsp, rax */
	assert_true(MOVES_STACK("\x66\x50"));		     /* push ax */
	assert_true(MOVES_STACK("\x66\x9d"));		     /* popf, of 16 bits */
	assert_true(MOVES_STACK("\x66\xff\x30"));		     /* push word [rax] */

	assert_false(MOVES_STACK("\x50"));			     /* push rax */
	assert_false(MOVES_STACK("\x41\x5c"));		     /* pop r12 */
	assert_false(MOVES_STACK("\x54"));			     /* push rsp */
	assert_false(MOVES_STACK("\x49\x94"));		     /* xchg rax, r12 */
	assert_false(MOVES_STACK("\x48\x83\xec\x28"));	     /* sub rsp, 40 */
	assert_false(MOVES_STACK("\x48\x81\xc4\x88\x10\x00\x00")); /* add rsp, 0x1088 */
	assert_false(MOVES_STACK("\x48\x83\xe4\xf0"));	     /* and rsp, -16 */
	assert_false(MOVES_STACK("\x48\x8d\x64\x24\xf8"));	     /* lea rsp, [rsp - 8] */
	assert_false(MOVES_STACK("\x48\x89\xe5"));		     /* mov rbp, rsp */
	assert_false(MOVES_STACK("\x48\x89\x65\x00"));	     /* mov [rbp], rsp */
	assert_false(MOVES_STACK("\x48\x39\xc4"));		     /* cmp rsp, rax */
	assert_false(MOVES_STACK("\x4d\x89\xc4"));		     /* mov r12, r8 */
	assert_false(DEAD("\x48\x89\xec\x31\xc0"));	     /* flags are seen behind it */
}

/* A number that depends on *seed, which changes. */
static uint64_t next(uint64_t *seed)
{
	uint64_t z = *seed += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	return z ^ z >> 31;
}

static void quick_decoding_is_full_decoding(void **state)
{
	uint64_t seed = 1, taken = 0, common = 0;

	(void)state;
	for (int i = 0; i < 2000000; i++) {
		uint64_t words[2] = { next(&seed), next(&seed) };
		struct insn quick = { .pc = 0x1000 }, full;
		const uint8_t *b = (const uint8_t *)words;

		if (i & 1) /* a likely beginning */
			((uint8_t *)words)[0] = "\x48\x0f\x66\xc5\x62\xf3\xc4\x41"[words[1] & 7];
		insn_decode_full(0x1000, b, 15, &full);
		if (full.kind == INSN_UNDECODED)
			continue;
		common++;
		if (!quick_decode(b, 15, &quick))
			continue;
		taken++;
		if (quick.len != full.len || quick.kind != full.kind ||
		    quick.what != full.what || quick.target != full.target ||
		    quick.modrm != full.modrm || quick.disp != full.disp ||
		    quick.rip != full.rip || quick.memory != full.memory ||
		    quick.pops != full.pops || quick.stack != full.stack ||
		    quick.seen < full.seen ||
		    (!quick.seen && (quick.reads != full.reads || quick.kills != full.kills))) {
			print_message("bytes");
			for (int k = 0; k < 15; k++)
				print_message(" %02x", b[k]);
			print_message(": len %d %d kind %d %d seen %d %d kills %x %x\n", quick.len,
				      full.len, quick.kind, full.kind, quick.seen, full.seen,
				      quick.kills, full.kills);
			fail_msg("quick and full decoding differ");
		}
	}
	assert_true(taken > common / 2);
}

static void operands_tell_what_is_used(void **state)
{
	struct insn in = DECODE("\xf3\x48\xab"); /* rep stosq */
	struct insn_operands o;

	(void)state;
	insn_operands(&in, &o);
	assert_true(o.writes);
	assert_int_equal(o.used & (1 << 0 | 1 << 1 | 1 << 7), 1 << 0 | 1 << 1 | 1 << 7);
	in = DECODE("\x0f\xae\x44\xcb\x10"); /* fxsave [rbx + rcx * 8 + 16] */
	insn_operands(&in, &o);
	assert_int_equal(o.base, 3);
	assert_int_equal(o.index, 1);
	assert_int_equal(o.scale, 8);
	assert_int_equal(o.disp, 16);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(branches_know_their_targets),
		cmocka_unit_test(rip_relative_operands_are_found),
		cmocka_unit_test(short_reads_ask_for_more),
		cmocka_unit_test(flags_die_by_being_overwritten_unread),
		cmocka_unit_test(faults_and_branches_show_flags),
		cmocka_unit_test(the_stack_pointer_is_watched_where_it_may_go_anywhere),
		cmocka_unit_test(quick_decoding_is_full_decoding),
		cmocka_unit_test(operands_tell_what_is_used),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
