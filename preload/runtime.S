/* SPDX-License-Identifier: MIT */
/*
 * The page at RT_CODE in the tracee. It is assembled as data of the supervisor,
 * which copies it: all jumps in it are relative within the page, and all memory
 * it uses lies at the fixed addresses of runtime.h.
 *
 * Translated code comes here by `jmp *rt_state.stop_entry` and its like, so
 * that a test can put an entry of its own in their place.
 */
#include "preload/runtime.h"

#define ST(field) RT_STATE + RT_O_##field
#define AT(address) .org pre_runtime + (address) - RT_CODE, 0xcc

	.section .rodata.pre_runtime, "a", @progbits
	.balign 64
	.globl pre_runtime
	.hidden pre_runtime
pre_runtime:

	AT(RT_GATE_UNTRACED)
	syscall
	movl $RT_EXIT_UNTRACED_DONE, ST(EXIT)
	jmp *ST(STOP_ENTRY)

	AT(RT_SYSCALL)
	movq %rcx, ST(RCX)
	movq %r11, ST(R11)
	AT(RT_GATE_TRACED)
	syscall
	movl $RT_EXIT_SYSCALL_DONE, ST(EXIT)
	jmp *ST(STOP_ENTRY)

	AT(RT_GATE_STOP)
	syscall
	jmp *ST(STOP_ENTRY)

	AT(RT_GATE_INJECT)
	syscall
	int3

	AT(RT_UNDEFINED)
	ud2

	/* The number in rax is irrelevant: the filter never lets it through. */
	AT(RT_STOP)
	movq %rax, ST(STOP_RAX)
	movq %rcx, ST(STOP_RCX)
	movq %r11, ST(STOP_R11)
	movl $39, %eax
	jmp pre_runtime + RT_GATE_STOP - RT_CODE

	/* A block found that it is not the target: undo its comparison. */
	AT(RT_LOOKUP_MISS)
	notq %rdx
	leaq 1(%rcx, %rdx), %rcx
	jmp pre_runtime + RT_LOOKUP - RT_CODE

	/* Returns come here, as to the entries of blocks, RT_RETURN_BYTES earlier. */
	AT(RT_LOOKUP - RT_RETURN_BYTES)
	movq %rcx, -8(%rsp)

	/* Searches the second-level table, keeps what it finds in the first. */
	AT(RT_LOOKUP)
	movq %rax, ST(RAX)
	lahf
	seto %al
	movq %rax, ST(FLAGS)
	imulq $RT_L2_MULTIPLIER, %rcx, %rdx
	shrq $RT_L2_SHIFT, %rdx
	andq ST(L2_MASK), %rdx
	addq ST(L2_BASE), %rdx
1:	movq (%rdx), %rax
	testq %rax, %rax
	jz 3f
	cmpq %rcx, %rax
	je 2f
	addq $16, %rdx
	jmp 1b
2:	movq 8(%rdx), %rax
	movl %ecx, %edx
	andl ST(L1_MASK), %edx
	movq %rax, RT_L1(, %rdx, 8)
	movq %rax, ST(JUMP)
	movq ST(FLAGS), %rax
	addb $0x7f, %al
	sahf
	movq ST(RAX), %rax
	jmp *ST(JUMP)
3:	movq ST(FLAGS), %rax
	addb $0x7f, %al
	sahf
	movq ST(RAX), %rax
	jmp pre_runtime + RT_LOOKUP_DEAD - RT_CODE

	AT(RT_LOOKUP_DEAD - RT_RETURN_BYTES)
	movq %rcx, -8(%rsp)
	AT(RT_LOOKUP_DEAD)
	movq %rcx, ST(TARGET)
	movq ST(RCX), %rcx
	movq ST(RDX), %rdx
	movl $RT_EXIT_LOOKUP, ST(EXIT)
	jmp *ST(STOP_ENTRY)

	/* The flags are the program's: SYSCALL shows them in r11. */
	AT(RT_SYSCALL_CHOOSE)
	movq %rcx, ST(RCX)
	movq %r11, ST(R11)
	movq %rax, ST(CALL_NR)
	pextq ST(CALL_MASK), %rax, %rcx
	movzbl ST(TRACED_IF)(%rcx), %r11d
	movzbl ST(UNTRACED)(%rcx), %ecx
	jrcxz 1f
	pextq %r11, %rdx, %rcx
	jrcxz 2f
1:	jmp pre_runtime + RT_GATE_TRACED - RT_CODE
2:	movl ST(EXIT), %ecx
	movl %ecx, ST(CALL_EXIT)
	jmp pre_runtime + RT_GATE_UNTRACED - RT_CODE

	AT(RT_SYSCALL_CHOSEN)
	.globl pre_runtime_end
	.hidden pre_runtime_end
pre_runtime_end:
	.section .note.GNU-stack, "", @progbits
