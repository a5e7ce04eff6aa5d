/* SPDX-License-Identifier: MIT */
/*
 * Where translated code stops and what it says there: each reason of enum
 * dbt_exit, faults, breakpoints, watched memory, code that changes.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "inprocess.h"
#include "preload/runtime.h"

#include <cmocka.h>

static struct dbt *d;
static struct cpu cpu;
static struct dbt_stop stop;
static uint64_t memory[64] __attribute__((aligned(64)));

static int set_up(void **state)
{
	static const struct dbt_config config = { .ahead = true };

	(void)state;
	d = inprocess_create(&config);
	cpu_init(&cpu);
	memset(memory, 0, sizeof(memory));
	cpu.r.rbx = (uint64_t)memory;
	dbt_arm(d, INT64_MAX);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	inprocess_destroy(d);
	return 0;
}

/* Runs until something stops that is no miss. */
static int run(enum dbt_variant variant)
{
	int signo;

	do {
		signo = inprocess_run(d, &cpu, variant, &stop);
	} while (!signo && stop.why == DBT_EXIT_MISS);
	return signo;
}

static void start(const void *code)
{
	cpu.r.rip = at(code);
}

static void recover(struct dbt_recovered *ret)
{
	struct regs program;

	assert_int_equal(dbt_recover(d, &cpu.r, &program, ret), 0);
	cpu.r = program;
}

CODE(code_syscall, "mov $0x1111, %ecx\n mov $0x2222, %r11d\n mov $39, %eax\n"
		   "test %eax, %eax\n jz 1f\n nop\n 1:\n"
		   "code_syscall_at: syscall\n code_syscall_behind:\n" END);
LABEL(code_syscall_at);
LABEL(code_syscall_behind);

static void syscall_stops_with_the_programs_registers(void **state)
{
	(void)state;
	start(code_syscall);
	assert_int_equal(run(DBT_NORMAL), 0);
	assert_int_equal(stop.why, DBT_EXIT_SYSCALL);
	assert_int_equal(stop.pc, at(code_syscall_behind));
	assert_int_equal(stop.insn_pc, at(code_syscall_at));
	assert_int_equal(cpu.r.rip, at(code_syscall_behind));
	assert_int_equal(cpu.r.rax, 39);
	assert_int_equal(cpu.r.rcx, 0x1111);
	assert_int_equal(cpu.r.r11, 0x2222);
	assert_int_equal(dbt_counted(d), 1);
}

CODE(code_outside, "xor %eax, %eax\n code_rdtsc: rdtsc\n code_cpuid: cpuid\n"
		   "code_rdrand: rdrand %r9w\n code_rdseed: rdseed %rsi\n"
		   "code_rdpid: rdpid %rdi\n code_xgetbv: xgetbv\n code_int80: int $0x80\n" END);
LABEL(code_rdtsc);
LABEL(code_cpuid);
LABEL(code_rdrand);
LABEL(code_rdseed);
LABEL(code_rdpid);
LABEL(code_xgetbv);
LABEL(code_int80);

static void expect_insn(const void *code, enum dbt_insn insn, unsigned bytes, unsigned reg,
			unsigned size)
{
	assert_int_equal(run(DBT_NORMAL), 0);
	assert_int_equal(stop.why, DBT_EXIT_INSN);
	assert_int_equal(stop.pc, at(code));
	assert_int_equal(stop.insn, insn);
	assert_int_equal(stop.insn_bytes, bytes);
	if (size) {
		assert_int_equal(stop.insn_reg, reg);
		assert_int_equal(stop.insn_size, size);
	}
	cpu.r.rip += stop.insn_bytes;
}

CODE(code_answered, "mov $0x1234567, %eax\n mov $5, %ecx\n stc\n code_answered_at: cpuid\n"
		    "setc %r8b\n mov %ebx, %r9d\n add $1, %eax\n" END);
LABEL(code_answered_at);

static void answer_cpuid(uint32_t leaf, uint32_t mask, uint32_t subleaf)
{
	struct rt_answers *a = (void *)RT_ANSWERS;

	assert_int_equal(mprotect(a, sizeof(*a), PROT_READ | PROT_WRITE), 0);
	a->rows[0] = (struct rt_answer){ .leaf = 1 };
	a->rows[1] = (struct rt_answer){ .leaf = leaf,
					 .mask = mask,
					 .subleaf = subleaf,
					 .eax = 7,
					 .ebx = 8,
					 .ecx = 9,
					 .edx = UINT32_MAX };
	a->end = (taddr_t)&a->rows[2];
	assert_int_equal(mprotect(a, sizeof(*a), PROT_READ | PROT_EXEC), 0);
}

static void cpuid_is_answered_without_a_stop(void **state)
{
	static const uint32_t masks[] = { 0, UINT32_MAX };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(masks); i++) {
		answer_cpuid(0x1234567, masks[i], masks[i] & 5);
		cpu.r.r8 = 0;
		start(code_answered);
		assert_int_equal(run(DBT_NORMAL), 0);
		assert_int_equal(stop.why, DBT_EXIT_BREAKPOINT);
		assert_int_equal(cpu.r.rax, 8);
		assert_int_equal(cpu.r.rbx, 8);
		assert_int_equal(cpu.r.r9, 8);
		assert_int_equal(cpu.r.rcx, 9);
		assert_int_equal(cpu.r.rdx, UINT32_MAX);
		assert_int_equal(cpu.r.r8, 1);
	}
}

static void cpuid_stops_when_the_answer_is_not_known(void **state)
{
	(void)state;
	answer_cpuid(0x1234567, UINT32_MAX, 6);
	start(code_answered);
	cpu.r.rdx = 3;
	assert_int_equal(run(DBT_NORMAL), 0);
	assert_int_equal(stop.why, DBT_EXIT_INSN);
	assert_int_equal(stop.insn, DBT_INSN_CPUID);
	assert_int_equal(stop.pc, at(code_answered_at));
	assert_int_equal(stop.insn_bytes, 2);
	assert_int_equal(cpu.r.rip, at(code_answered_at));
	assert_int_equal(cpu.r.rax, 0x1234567);
	assert_int_equal(cpu.r.rcx, 5);
	assert_int_equal(cpu.r.rdx, 3);
	assert_int_equal(cpu.r.eflags & 1, 1);
}

static void cpuid_stops_when_the_counter_has_run_out(void **state)
{
	(void)state;
	answer_cpuid(0x1234567, 0, 0);
	dbt_arm(d, -1);
	start(code_answered);
	assert_int_equal(run(DBT_NORMAL), 0);
	assert_int_equal(stop.why, DBT_EXIT_INSN);
	assert_int_equal(stop.pc, at(code_answered_at));
}

static void what_sees_the_outside_is_not_executed(void **state)
{
	(void)state;
	start(code_outside);
	expect_insn(code_rdtsc, DBT_INSN_RDTSC, 2, 0, 0);
	expect_insn(code_cpuid, DBT_INSN_CPUID, 2, 0, 0);
	expect_insn(code_rdrand, DBT_INSN_RDRAND, 5, 9, 2);
	expect_insn(code_rdseed, DBT_INSN_RDSEED, 4, 6, 8);
	expect_insn(code_rdpid, DBT_INSN_RDPID, 4, 7, 8);
	expect_insn(code_xgetbv, DBT_INSN_XGETBV, 3, 0, 0);
	expect_insn(code_int80, DBT_INSN_INT80, 2, 0, 0);
	assert_int_equal(cpu.r.rax, 0);
}

CODE(code_break, "mov $1, %eax\n code_break_at: add $2, %eax\n add $4, %eax\n" END);
LABEL(code_break_at);

static void breakpoint_stops_before_and_a_step_leaves_it(void **state)
{
	(void)state;
	start(code_break);
	assert_int_equal(run(DBT_NORMAL), 0);
	assert_int_equal(cpu.r.rax, 7);

	assert_int_equal(dbt_set_breakpoint(d, at(code_break_at), true), 0);
	start(code_break);
	assert_int_equal(run(DBT_NORMAL), 0);
	assert_int_equal(stop.why, DBT_EXIT_BREAKPOINT);
	assert_int_equal(stop.pc, at(code_break_at));
	assert_int_equal(cpu.r.rax, 1);
	assert_int_equal(run(DBT_EXACT), 0);
	assert_int_equal(stop.why, DBT_EXIT_BREAKPOINT);
	assert_int_equal(run(DBT_STEP), 0);
	assert_int_equal(stop.why, DBT_EXIT_STEP);
	assert_int_equal(stop.pc, at(code_break_at) + 3);
	assert_int_equal(cpu.r.rax, 3);
	assert_int_equal(run(DBT_NORMAL), 0);
	assert_int_equal(stop.pc, inprocess_end());

	assert_int_equal(dbt_set_breakpoint(d, at(code_break_at), false), 0);
	start(code_break);
	assert_int_equal(run(DBT_NORMAL), 0);
	assert_int_equal(stop.pc, inprocess_end());
	assert_int_equal(cpu.r.rax, 7);
}

CODE(code_fip, "fninit\n fldz\n code_fip_at: fld1\n code_fnstenv: fnstenv 16(%rbx,%rcx,8)\n"
	       "code_fxsave: fxsave64 (%rsp)\n"
	       "mov $2, %eax\n xsave (%rsp)\n mov $1, %eax\n code_xsave: xsave (%rsp)\n" END);
LABEL(code_fip_at);
LABEL(code_fnstenv);
LABEL(code_fxsave);
LABEL(code_xsave);

/* AMD's processors do not save the address unless an exception is pending. */
static bool x87_address_is_saved(void)
{
	static uint8_t image[512] __attribute__((aligned(16)));
	uint64_t fip;

	asm volatile("fninit\n fldz\n fxsave64 %0\n fninit" : "=m"(image));
	memcpy(&fip, image + 8, sizeof(fip));
	return fip;
}

static void expect_image(const void *code, taddr_t where, unsigned bytes)
{
	taddr_t expected = at(code_fip_at);
	uint64_t fip = 0;

	assert_int_equal(run(DBT_NORMAL), 0);
	assert_int_equal(stop.why, DBT_EXIT_FIP);
	assert_int_equal(stop.insn_pc, at(code));
	assert_int_equal(stop.fip_addr, where);
	assert_int_equal(stop.fip_bytes, bytes);
	memcpy(&fip, (void *)where, bytes);
	if (!fip && !x87_address_is_saved())
		return;
	fip = dbt_fix_fip(d, fip, bytes);
	assert_memory_equal(&fip, &expected, bytes);
}

static void x87_images_hold_the_programs_address(void **state)
{
	(void)state;
	start(code_fip);
	cpu.r.rcx = 2;
	cpu.r.rdx = 0;
	cpu.r.rsp = (cpu.r.rsp - 8192) & ~63ull;
	expect_image(code_fnstenv, at(memory) + 32 + 12, 4);
	expect_image(code_fxsave, cpu.r.rsp + 8, 8);
	expect_image(code_xsave, cpu.r.rsp + 8, 4);
	assert_int_equal(run(DBT_NORMAL), 0);
	assert_int_equal(stop.pc, inprocess_end());
}

CODE(code_fault, "mov $5, %ecx\n mov $6, %edx\n xor %esi, %esi\n jz 1f\n nop\n"
		 "1: call code_callee\n" END
		 "code_callee: inc %edx\n code_fault_at: mov (%rsi), %eax\n ret\n");
LABEL(code_fault_at);

static void fault_is_at_the_programs_instruction(void **state)
{
	struct dbt_recovered r;

	(void)state;
	start(code_fault);
	assert_int_equal(run(DBT_NORMAL), SIGSEGV);
	recover(&r);
	assert_int_equal(r.pc, at(code_fault_at));
	assert_int_equal(r.bytes, 2);
	assert_int_equal(dbt_counted(d) + r.ticks, 1);
	assert_int_equal(cpu.r.rip, at(code_fault_at));
	assert_int_equal(cpu.r.rdx, 7);
}

CODE(code_ret_fault, "mov $5, %ecx\n mov $6, %edx\n mov $16, %esp\n code_ret_at: ret\n");
LABEL(code_ret_at);
CODE(code_jmp_fault, "mov $5, %ecx\n mov $16, %edx\n code_jmp_at: jmp *(%rdx,%rcx)\n");
LABEL(code_jmp_at);
CODE(code_call_fault, "mov $5, %ecx\n mov $16, %edx\n mov %rdx, %rsp\n"
		      "code_call_at: call *(%rbx)\n");
LABEL(code_call_at);

static void branches_fault_with_all_registers(void **state)
{
	const uint8_t *codes[3][2] = { { code_ret_fault, code_ret_at },
				       { code_jmp_fault, code_jmp_at },
				       { code_call_fault, code_call_at } };

	(void)state;
	memory[0] = inprocess_end();
	for (int i = 0; i < 3; i++) {
		struct dbt_recovered r;

		start(codes[i][0]);
		assert_int_equal(run(DBT_NORMAL), SIGSEGV);
		recover(&r);
		assert_int_equal(r.pc, at(codes[i][1]));
		assert_int_equal(cpu.r.rcx, 5);
		assert_int_equal(cpu.r.rdx, i ? 16 : 6);
	}
}

CODE(code_trap, "mov $1, %eax\n int3\n code_trap_behind: mov $2, %eax\n" END);
LABEL(code_trap_behind);

static void trap_is_behind_its_instruction(void **state)
{
	struct dbt_recovered r;

	(void)state;
	start(code_trap);
	assert_int_equal(run(DBT_NORMAL), SIGTRAP);
	recover(&r);
	assert_int_equal(cpu.r.rip, at(code_trap_behind));
	assert_true(r.boundary);
	assert_int_equal(run(DBT_NORMAL), 0);
	assert_int_equal(cpu.r.rax, 2);
}

CODE(code_popf, "pushq $0x100\n code_popf_at: popfq\n" END);
LABEL(code_popf_at);

static void popf_may_not_set_the_trap_flag(void **state)
{
	(void)state;
	start(code_popf);
	assert_int_equal(run(DBT_NORMAL), 0);
	assert_int_equal(stop.why, DBT_EXIT_UNSUPPORTED);
	assert_int_equal(stop.pc, at(code_popf_at));
	assert_string_equal(stop.insn_text, "popfq");
}

CODE(code_xbegin, "mov $7, %eax\n xbegin 1f\n mov $8, %ecx\n 1: mov $9, %edx\n" END);

static void xbegin_aborts_at_once(void **state)
{
	(void)state;
	start(code_xbegin);
	cpu.r.rcx = 1;
	assert_int_equal(run(DBT_NORMAL), 0);
	assert_int_equal(stop.pc, inprocess_end());
	assert_int_equal(cpu.r.rax, 0);
	assert_int_equal(cpu.r.rcx, 1);
	assert_int_equal(cpu.r.rdx, 9);
}

CODE(code_vsyscall, "mov $0xffffffffff600400, %rax\n call *%rax\n" END);

static void vsyscall_is_a_vdso_function(void **state)
{
	(void)state;
	start(code_vsyscall);
	assert_int_equal(run(DBT_NORMAL), 0);
	assert_int_equal(stop.why, DBT_EXIT_VDSO);
	assert_int_equal(stop.pc, 0xffffffffff600400);
	assert_int_equal(stop.call_nr, SYS_time);
}

CODE(code_vdso, "call code_vdso_function\n" END "code_vdso_function: ud2\n");
LABEL(code_vdso_function);

static void vdso_functions_stop_at_their_entry(void **state)
{
	taddr_t entry = at(code_vdso_function);
	int nr = SYS_clock_gettime;

	(void)state;
	assert_int_equal(dbt_set_vdso(d, &entry, &nr, 1), 0);
	start(code_vdso);
	assert_int_equal(run(DBT_NORMAL), 0);
	assert_int_equal(stop.why, DBT_EXIT_VDSO);
	assert_int_equal(stop.pc, entry);
	assert_int_equal(stop.call_nr, SYS_clock_gettime);
}

CODE(code_mismatch, "mov $3, %ecx\n mov $4, %edx\n xor %esi, %esi\n call 1f\n ud2\n"
		    "1: test %esi, %esi\n jnz 2f\n lea 3f(%rip), %rax\n mov %rax, (%rsp)\n"
		    "stc\n 2: ret\n 3: setc %dil\n" END);

static void return_elsewhere_keeps_flags_and_registers(void **state)
{
	(void)state;
	start(code_mismatch);
	assert_int_equal(run(DBT_NORMAL), 0);
	assert_int_equal(stop.pc, inprocess_end());
	assert_int_equal(cpu.r.rcx, 3);
	assert_int_equal(cpu.r.rdx, 4);
	assert_int_equal(cpu.r.rdi & 1, 1);
	assert_int_equal(dbt_counted(d), 1);
}

static uint8_t *changeable(void)
{
	uint8_t *p = mmap(NULL, 3 * DEJA_PAGE_BYTES, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	assert_true(p != MAP_FAILED);
	return p;
}

static void changed_code_is_translated_again(void **state)
{
	/* mov eax, 1; jmp to the next page; there: jmp r12 */
	static const uint8_t first[] = { 0xb8, 1, 0, 0, 0, 0xe9, 0xf6, 0x0f, 0, 0 };
	static const uint8_t second[] = { 0x41, 0xff, 0xe4 };
	uint8_t *p = changeable();

	(void)state;
	memcpy(p, first, sizeof(first));
	memcpy(p + 4096, second, sizeof(second));
	cpu.r.r12 = inprocess_end();
	start(p);
	assert_int_equal(run(DBT_NORMAL), 0);
	assert_int_equal(cpu.r.rax, 1);
	assert_true(dbt_has_code(d, at(p), 1));
	assert_true(dbt_has_code(d, at(p) + 4096, 1));
	assert_false(dbt_has_code(d, at(p) + 8192, 1));

	p[1] = 2;
	assert_true(dbt_invalidate(d, at(p) + 1, 1) > 0);
	assert_false(dbt_has_code(d, at(p), 1));
	start(p);
	assert_int_equal(run(DBT_NORMAL), 0);
	assert_int_equal(cpu.r.rax, 2);
	munmap(p, 3 * DEJA_PAGE_BYTES);
}

/* Nobody tells of changes in a page that nothing was translated from yet. */
static void code_that_was_looked_at_and_changed_runs_as_it_is(void **state)
{
	/* test eax, eax; jz to the next page; jmp r12 */
	static const uint8_t first[] = { 0x85, 0xc0, 0x0f, 0x84, 0xf8, 0x0f, 0, 0, 0x41, 0xff, 0xe4 };
	static const uint8_t then[] = { 0x41, 0xff, 0xe4 };
	static const uint8_t now[] = { 0xb8, 7, 0, 0, 0, 0x41, 0xff, 0xe4 };
	uint8_t *p = changeable();

	(void)state;
	inprocess_destroy(d);
	d = inprocess_create(&(struct dbt_config){ .ahead = false });
	dbt_arm(d, INT64_MAX);
	memcpy(p, first, sizeof(first));
	memcpy(p + 4096, then, sizeof(then));
	cpu.r.r12 = inprocess_end();
	cpu.r.rax = 1;
	start(p);
	assert_int_equal(run(DBT_NORMAL), 0);
	assert_int_equal(stop.pc, inprocess_end());
	assert_false(dbt_has_code(d, at(p) + 4096, 1));

	memcpy(p + 4096, now, sizeof(now));
	cpu.r.rax = 0;
	start(p);
	assert_int_equal(run(DBT_NORMAL), 0);
	assert_int_equal(cpu.r.rax, 7);
	munmap(p, 3 * DEJA_PAGE_BYTES);
}

static void code_without_permission_stops_where_control_reaches_it(void **state)
{
	uint8_t *p = changeable();

	(void)state;
	/* inc eax; then an instruction that crosses into the page */
	memcpy(p + 4096 - 4, (uint8_t[]){ 0xff, 0xc0, 0xb8, 1, 0, 0, 0 }, 7);
	inprocess_noexec_page = at(p) + 4096;
	start(p + 4096 - 4);
	cpu.r.rax = 5;
	assert_int_equal(run(DBT_NORMAL), 0);
	assert_int_equal(stop.why, DBT_EXIT_NOEXEC);
	assert_int_equal(stop.pc, at(p) + 4096 - 2);
	assert_int_equal(cpu.r.rax, 6);
	inprocess_noexec_page = 1;
	munmap(p, 3 * DEJA_PAGE_BYTES);
}

CODE(code_bad, "mov $3, %eax\n code_bad_at: .byte 0x06\n");
LABEL(code_bad_at);

static void what_is_no_instruction_stops_before_it(void **state)
{
	(void)state;
	start(code_bad);
	assert_int_equal(run(DBT_NORMAL), 0);
	assert_int_equal(stop.why, DBT_EXIT_UNDECODED);
	assert_int_equal(stop.pc, at(code_bad_at));
	assert_int_equal(cpu.r.rax, 3);

	cpu.r.rip = 0x4000000000000000;
	assert_int_equal(run(DBT_NORMAL), 0);
	assert_int_equal(stop.why, DBT_EXIT_NOEXEC);
}

CODE(code_watch, "movq $1, 8(%rbx)\n stc\n movb $7, 19(%rbx)\n code_watch_1: setc %cl\n"
		 "mov %rsp, %rdx\n lea code_watch_f(%rip), %rax\n call *%rax\n" END
		 "code_watch_f: ret\n");
LABEL(code_watch_1);
LABEL(code_watch_f);

static size_t read_memory(void *ctx, taddr_t a, void *ret, size_t n)
{
	(void)ctx;
	memcpy(ret, (const void *)a, n);
	return n;
}

static void watched_memory_stops_behind_the_writer(void **state)
{
	taddr_t byte = at(memory) + 17, slot = cpu.r.rsp - 8;

	(void)state;
	*(uint64_t *)slot = 0;
	assert_int_equal(dbt_set_watch(d, byte, 3, true), 0);
	assert_int_equal(dbt_set_watch(d, slot, 8, true), 0);
	dbt_sync_watches(d, read_memory, NULL);
	start(code_watch);
	cpu.r.rcx = 0;
	assert_int_equal(run(DBT_NORMAL), 0);
	assert_int_equal(stop.why, DBT_EXIT_WATCH);
	assert_int_equal(stop.pc, at(code_watch_1));
	assert_int_equal(stop.watch, byte);
	assert_int_equal(memory[1], 1);
	dbt_sync_watches(d, read_memory, NULL);

	assert_int_equal(run(DBT_NORMAL), 0);
	assert_int_equal(stop.why, DBT_EXIT_WATCH);
	assert_int_equal(stop.pc, at(code_watch_f));
	assert_int_equal(stop.watch, slot);
	assert_int_equal(cpu.r.rcx & 0xff, 1);
	assert_int_equal(cpu.r.rsp, slot);
	dbt_sync_watches(d, read_memory, NULL);
	assert_int_equal(run(DBT_NORMAL), 0);
	assert_int_equal(stop.pc, inprocess_end());

	assert_int_equal(dbt_set_watch(d, byte, 3, false), 0);
	assert_int_equal(dbt_set_watch(d, slot, 8, false), 0);
	memory[2] = 0;
	start(code_watch);
	assert_int_equal(run(DBT_NORMAL), 0);
	assert_int_equal(stop.pc, inprocess_end());
}

/* Behind an exit are copies of what its target begins with. */
CODE(code_watch_exit, "xor %eax, %eax\n jz 1f\n ud2\n 1: movb $7, 17(%rbx)\n"
		      "code_watch_exit_1: movb $8, 40(%rbx)\n call code_watch_exit_f\n" END
		      "code_watch_exit_f: sub $8, %rsp\n add $8, %rsp\n ret\n");
LABEL(code_watch_exit_1);
LABEL(code_watch_exit_f);

static void watched_memory_stops_behind_a_writer_at_an_exit(void **state)
{
	taddr_t byte = at(memory) + 17, slot = cpu.r.rsp - 8;

	(void)state;
	*(uint64_t *)slot = 0;
	assert_int_equal(dbt_set_watch(d, byte, 1, true), 0);
	assert_int_equal(dbt_set_watch(d, slot, 8, true), 0);
	dbt_sync_watches(d, read_memory, NULL);
	start(code_watch_exit);
	assert_int_equal(run(DBT_NORMAL), 0);
	assert_int_equal(stop.why, DBT_EXIT_WATCH);
	assert_int_equal(stop.pc, at(code_watch_exit_1));
	assert_int_equal(stop.watch, byte);
	assert_int_equal(memory[5], 0);
	assert_int_equal(dbt_counted(d), 1);
	dbt_sync_watches(d, read_memory, NULL);

	assert_int_equal(run(DBT_NORMAL), 0);
	assert_int_equal(stop.why, DBT_EXIT_WATCH);
	assert_int_equal(stop.pc, at(code_watch_exit_f));
	assert_int_equal(stop.watch, slot);
}

CODE(code_ticks, "mov $100, %ecx\n 1: dec %ecx\n jnz 1b\n" END);

/* ---- the stack has a shadow ---- */

#define ELSEWHERE 0x20000000
#define STACK_TOP (RT_STACK + RT_STACK_BYTES / 2)
#define STACK_BYTES 0x10000

/* Each moves rsp from the stack with the shadow to ELSEWHERE, which rax and [rbx] have,
 * or to what is no multiple of 8. */
#define MOVES(name, text) \
	LABEL(moves_##name##_behind); \
	CODE(moves_##name, "test %eax, %eax\n" text "\n moves_" #name "_behind:\n" END)
MOVES(mov, "mov %rax, %rsp");
MOVES(load, "mov (%rbx), %rsp");
MOVES(leave, "lea 8(%rbx), %rbp\n mov (%rbx), %rbp\n leave");
MOVES(pop, "push (%rbx)\n pop %rsp");
MOVES(exchange, "xchg %rax, %rsp");
MOVES(lea, "lea 16(%rax), %rsp");
MOVES(add_register, "sub %rsp, %rax\n add %rax, %rsp");
MOVES(add_much, "add $-0x1000000, %rsp");
MOVES(condition, "cmovz %rax, %rsp\n cmovnz %rax, %rsp");
MOVES(push_16, "push %ax");
MOVES(pop_16, "popw %ax");
MOVES(popf_16, "pushfq\n popfw");
MOVES(add_odd, "add $4, %rsp");
MOVES(lea_odd, "lea -1(%rsp), %rsp");

static const struct {
	const uint8_t *code, *behind;
} moves[] = {
#define ROW(name) { moves_##name, moves_##name##_behind }
	ROW(mov), ROW(load), ROW(leave), ROW(pop), ROW(exchange), ROW(lea), ROW(add_register),
	ROW(add_much), ROW(condition), ROW(push_16), ROW(pop_16), ROW(popf_16), ROW(add_odd),
	ROW(lea_odd),
};

/* Other moves leave it where it has a shadow. */
CODE(moves_within, "mov %rsp, %rbp\n sub $0x1000, %rsp\n lea -0x200(%rbp), %rsp\n"
		   "and $-16, %rsp\n push %rax\n xchg %rbp, %rsp\n sub $64, %rsp\n"
		   "mov %rbp, %rsp\n enter $16, $0\n leave\n" END);

static int set_up_shadow(void **state)
{
	static const struct dbt_config config = { .ahead = true, .shadow = true };
	const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;
	void *there = mmap((void *)ELSEWHERE, 4096, PROT_READ | PROT_WRITE, flags, -1, 0);
	void *stack = mmap((void *)(STACK_TOP - STACK_BYTES), STACK_BYTES, PROT_READ | PROT_WRITE,
			   flags, -1, 0);

	set_up(state);
	inprocess_destroy(d);
	if (there == MAP_FAILED || stack == MAP_FAILED ||
	    !inprocess_map_shadow(STACK_TOP, STACK_BYTES))
		return -1;
	d = inprocess_create(&config);
	dbt_arm(d, INT64_MAX);
	cpu.r.rax = memory[0] = ELSEWHERE;
	cpu.r.rsp = STACK_TOP - 4096;
	return 0;
}

static void stack_without_shadow_stops_behind_what_goes_there(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(moves); i++) {
		int signo;

		assert_int_equal(i ? tear_down(state) | set_up_shadow(state) : 0, 0);
		assert_true(dbt_suits(d, cpu.r.rsp));
		start(moves[i].code);
		do {
			signo = inprocess_run(d, &cpu, DBT_NORMAL, &stop);
		} while (!signo && stop.why == DBT_EXIT_MISS && dbt_suits(d, cpu.r.rsp));
		assert_int_equal(signo, 0);
		assert_int_equal(stop.why, DBT_EXIT_MISS);
		assert_int_equal(stop.pc, at(moves[i].behind));
		assert_int_equal(cpu.r.rip, stop.pc);
	}
}

static void stack_with_shadow_is_moved_within_without_a_stop(void **state)
{
	struct cpu begin = cpu;

	(void)state;
	for (int round = 0; round < 2; round++) {
		cpu = begin;
		start(moves_within);
		/* the second time all of it is translated */
		assert_int_equal(round ? inprocess_run(d, &cpu, DBT_NORMAL, &stop) : run(DBT_NORMAL),
				 0);
		assert_int_equal(stop.why, DBT_EXIT_BREAKPOINT);
		assert_int_equal(stop.pc, inprocess_end());
		assert_true(dbt_suits(d, cpu.r.rsp));
	}
}

static void counter_stops_directly_behind_the_branch(void **state)
{
	(void)state;
	start(code_ticks);
	dbt_arm(d, 41);
	assert_int_equal(run(DBT_EXACT), 0);
	assert_int_equal(stop.why, DBT_EXIT_TICKS);
	assert_int_equal(dbt_counted(d), 42);
	assert_int_equal(cpu.r.rcx, 58);
	assert_false(stop.flags_lost);
	dbt_arm(d, 20);
	assert_int_equal(run(DBT_NORMAL), 0);
	assert_int_equal(stop.why, DBT_EXIT_TICKS);
	assert_true(dbt_counted(d) > 20 / RT_COUNTERS && dbt_counted(d) <= 20 + dbt_slack(d));
	assert_int_equal(58 - cpu.r.rcx, dbt_counted(d));
	dbt_arm(d, -7);
	assert_int_equal(run(DBT_EXACT), 0);
	assert_int_equal(stop.why, DBT_EXIT_TICKS);
	assert_int_equal(dbt_counted(d), 1);
}

static void sharers_do_not_share_what_differs(void **state)
{
	static uint8_t private[RT_PRIVATE_BYTES] __attribute__((aligned(4096)));
	static uint8_t zone[1 << 20];
	struct dbt_zone zones = { .start = RT_ZONE, .bytes = sizeof(zone), .write = zone };
	struct dbt_code_id id = { 1, 2, 3, 0 }, other = { 1, 9, 3, 0 };
	const struct dbt_ops ops = { 0 };
	struct dbt *child;

	(void)state;
	assert_int_equal(dbt_map_code(d, 0x1000, 0x5000, &id), 0);
	assert_int_equal(dbt_fork(d, private, &ops, NULL, &child), 0);
	assert_true(dbt_shared(d) && dbt_shared(child));
	assert_int_equal(dbt_map_code(child, 0x1000, 0x5000, &id), 0);
	id.offset = 0x1000;
	assert_int_equal(dbt_map_code(child, 0x2000, 0x3000, &id), 0);
	assert_int_equal(dbt_map_code(child, 0x2000, 0x3000, &other), -17);
	assert_int_equal(dbt_map_code(child, 0x9000, 0xa000, NULL), -17);
	assert_int_equal(dbt_unshare(child, &zones, 1), 0);
	assert_false(dbt_shared(d) || dbt_shared(child));
	assert_int_equal(dbt_map_code(child, 0x2000, 0x3000, &other), 0);
	dbt_destroy(child);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(syscall_stops_with_the_programs_registers),
		TEST(cpuid_is_answered_without_a_stop),
		TEST(cpuid_stops_when_the_answer_is_not_known),
		TEST(cpuid_stops_when_the_counter_has_run_out),
		TEST(what_sees_the_outside_is_not_executed),
		TEST(breakpoint_stops_before_and_a_step_leaves_it),
		TEST(x87_images_hold_the_programs_address),
		TEST(fault_is_at_the_programs_instruction),
		TEST(branches_fault_with_all_registers),
		TEST(trap_is_behind_its_instruction),
		TEST(popf_may_not_set_the_trap_flag),
		TEST(xbegin_aborts_at_once),
		TEST(vsyscall_is_a_vdso_function),
		TEST(vdso_functions_stop_at_their_entry),
		TEST(return_elsewhere_keeps_flags_and_registers),
		TEST(changed_code_is_translated_again),
		TEST(code_that_was_looked_at_and_changed_runs_as_it_is),
		TEST(code_without_permission_stops_where_control_reaches_it),
		TEST(what_is_no_instruction_stops_before_it),
		TEST(watched_memory_stops_behind_the_writer),
		TEST(watched_memory_stops_behind_a_writer_at_an_exit),
		TEST(counter_stops_directly_behind_the_branch),
		TEST(sharers_do_not_share_what_differs),
		cmocka_unit_test_setup_teardown(stack_without_shadow_stops_behind_what_goes_there,
						set_up_shadow, tear_down),
		cmocka_unit_test_setup_teardown(stack_with_shadow_is_moved_within_without_a_stop,
						set_up_shadow, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
