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

	/* RAX and the arithmetic flags, into slots and from there. */
	.macro KEEP_FLAGS
	movq %rax, ST(RAX)
	lahf
	seto %al
	movq %rax, ST(FLAGS)
	.endm

	.macro GIVE_FLAGS
	movq ST(FLAGS), %rax
	addb $0x7f, %al
	sahf
	movq ST(RAX), %rax
	.endm

	/* Counts the block that led here; RCX = where the program goes on, RDX = where that
	 * is translated, as behind an indirect branch. */
	.macro FIND_NEXT
	movslq ST(CALL_TICKS), %rax
	subq %rax, ST(COUNTER)
	movq ST(CALL_NEXT), %rcx
	movl %ecx, %edx
	andl ST(L1_MASK), %edx
	movq RT_L1(, %rdx, 8), %rdx
	.endm

	/* RDX: from the ticks by the first counter alone to the task's. */
	.macro TIME_FROM_OTHERS
	subq ST(COUNTER) + 8, %rdx
	subq ST(COUNTER) + 16, %rdx
	subq ST(COUNTER) + 24, %rdx
	addq ST(TIME), %rdx
	.endm

	.section .rodata.pre_runtime, "a", @progbits
	.balign 64
	.globl pre_runtime
	.hidden pre_runtime
pre_runtime:

	AT(RT_GATE_UNTRACED)
	syscall
	jmp pre_runtime + RT_CALLED - RT_CODE

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

	AT(RT_RETURN)
	leaq 8(%rcx), %rsp
	AT(RT_RETURN_LOADS)
	movq -8(%rsp), %rcx
	movq %rdx, ST(RDX)

	/* Searches the second-level table, keeps what it finds in the first. */
	AT(RT_LOOKUP)
	KEEP_FLAGS
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
	GIVE_FLAGS
	jmp *ST(JUMP)
3:	GIVE_FLAGS
	jmp pre_runtime + RT_LOOKUP_DEAD - RT_CODE

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

	/* Stores a struct rt_place at \place: RDX has the ticks, R11 the flags. */
	.macro STORE_PLACE place
	movq %rdx, (\place)
	movq %r15, 0x08(\place)
	movq %r14, 0x10(\place)
	movq %r13, 0x18(\place)
	movq %r12, 0x20(\place)
	movq %rbp, 0x28(\place)
	movq %rbx, 0x30(\place)
	movq ST(R11), %rax
	movq %rax, 0x38(\place)
	movq %r10, 0x40(\place)
	movq %r9, 0x48(\place)
	movq %r8, 0x50(\place)
	movq ST(CALL_NR), %rax
	movq %rax, 0x58(\place)
	movq %rax, 0x80(\place)
	movq ST(RCX), %rax
	movq %rax, 0x60(\place)
	movq ST(RDX), %rax
	movq %rax, 0x68(\place)
	movq ST(CALL_RSI), %rax
	movq %rax, 0x70(\place)
	movq ST(CALL_RDI), %rax
	movq %rax, 0x78(\place)
	movq ST(CALL_NEXT), %rax
	movq %rax, 0x88(\place)
	movl %cs, %eax
	movq %rax, 0x90(\place)
	movq %r11, 0x98(\place)
	movq %rsp, 0xa0(\place)
	movl %ss, %eax
	movq %rax, 0xa8(\place)
	rdfsbase %rax
	movq %rax, 0xb0(\place)
	rdgsbase %rax
	movq %rax, 0xb8(\place)
	movl %ds, %eax
	movq %rax, 0xc0(\place)
	movl %es, %eax
	movq %rax, 0xc8(\place)
	movl %fs, %eax
	movq %rax, 0xd0(\place)
	movl %gs, %eax
	movq %rax, 0xd8(\place)
	.endm

	/* The arithmetic flags from R11. */
	.macro LOAD_FLAGS
	movl %r11d, %eax
	movb %al, %ah
	btl $11, %r11d
	setc %al
	addb $0x7f, %al
	sahf
	.endm

	AT(RT_CALLED)
	movq %rax, ST(CALL_RESULT)
	movq %rdx, ST(RDX)
	movq %rsi, ST(CALL_RSI)
	movq %rdi, ST(CALL_RDI)
	.globl pre_call_saved
	.hidden pre_call_saved
pre_call_saved:
	/* RSI, RCX = where the output is, and how many bytes */
	movq ST(CALL_NR), %rcx
	cmpq $RT_MAX_CALLS, %rcx
	jae 9f
	cmpq $-14, %rax /* EFAULT: a part may have been written */
	je 9f
	btl $10, %r11d /* the direction flag */
	jc 9f
	movzbl ST(OUTPUT)(%rcx), %edx
	movzbl ST(OUTPUT_BYTES)(%rcx), %ecx
	imull $RT_OUTPUT_UNIT, %ecx
	testl %ecx, %ecx
	cmovzq %rax, %rcx
	cmpl $RT_OUTPUT_RDI, %edx
	jb 1f
	cmoveq %rdi, %rsi
	cmpl $RT_OUTPUT_RDX, %edx
	cmoveq ST(RDX), %rsi
	testq %rax, %rax
	js 2f
	testq %rsi, %rsi
	jnz 3f
	jmp 2f
1:	testl %edx, %edx
	jz 9f /* RT_OUTPUT_UNKNOWN */
2:	xorl %ecx, %ecx
3:	/* RDX = the ticks behind the call */
	cmpq $0, ST(CALL_NEXT)
	je 9f
	movslq ST(CALL_TICKS), %rax
	movq ST(COUNTER), %rdx
	subq %rax, %rdx
	js 9f
	negq %rdx
	TIME_FROM_OTHERS
	/* RDI = its place in the buffer */
	movq ST(BUFFER_USED), %rdi
	leaq RT_CALL_BYTES + 7(%rdi, %rcx), %rax
	andq $-8, %rax
	cmpq ST(BUFFER_END), %rax
	ja 9f
	movq %rax, ST(JUMP)
	subq %rdi, %rax
	addq $RT_BUFFER, %rdi
	movq %rax, (%rdi)
	movq ST(CALL_RESULT), %rax
	movq %rax, 0x08(%rdi)
	movq %rsi, 0x10(%rdi)
	movq %rcx, 0x18(%rdi)
	addq $RT_O_CALL_PLACE, %rdi
	STORE_PLACE %rdi
	addq $RT_CALL_BYTES - RT_O_CALL_PLACE, %rdi
	rep movsb
	movq ST(JUMP), %rax
	movq %rax, ST(BUFFER_USED)
	.globl pre_call_buffered
	.hidden pre_call_buffered
pre_call_buffered:
7:	FIND_NEXT
	movq %rcx, ST(RCX)
8:	movq %rdx, ST(JUMP)
	movq ST(CALL_RSI), %rsi
	movq ST(CALL_RDI), %rdi
	movq ST(RDX), %rdx
	LOAD_FLAGS
	movq ST(CALL_RESULT), %rax
	jmp *ST(JUMP)
9:	movl $RT_EXIT_UNTRACED_DONE, ST(EXIT)
	movq ST(STOP_ENTRY), %rdx
	jmp 8b

	AT(RT_SYSCALL_TAKE)
	movq %rcx, ST(RCX)
	movq %rdx, ST(RDX)
	movq %rsi, ST(CALL_RSI)
	movq %rdi, ST(CALL_RDI)
	movq %r11, ST(R11)
	movq %rax, ST(CALL_NR)
	movq %rsp, ST(CALL_RSP)
	movl $RT_STATE + RT_O_CALL_STACK + 16, %esp
	pushfq
	popq %r11
	movq ST(CALL_RSP), %rsp
	btl $10, %r11d
	jc 9f
	movq ST(BUFFER_TAKEN), %rsi
	cmpq ST(BUFFER_USED), %rsi
	jae 9f
	movslq ST(CALL_TICKS), %rdx
	subq ST(COUNTER), %rdx
	jg 9f /* the first counter alone would not stop what follows */
	TIME_FROM_OTHERS
	movl $RT_STATE + RT_O_FOUND, %edi
	STORE_PLACE %rdi
	addq $RT_BUFFER + RT_O_CALL_PLACE, %rsi
	movl $RT_CALL_PLACE_WORDS, %ecx
	repe cmpsq
	jne 9f
	movq ST(BUFFER_TAKEN), %rdx
	addq $RT_BUFFER, %rdx
	movq 0x10(%rdx), %rdi
	movq 0x18(%rdx), %rcx
	.globl pre_call_matched
	.hidden pre_call_matched
pre_call_matched:
	rep movsb /* RSI is behind the place: at the data */
	movq 0x08(%rdx), %rax
	movq %rax, ST(CALL_RESULT)
	movq (%rdx), %rax
	addq %rax, ST(BUFFER_TAKEN)
	.globl pre_call_taken
	.hidden pre_call_taken
pre_call_taken:
	jmp 7b
9:	movq ST(CALL_RSI), %rsi
	movq ST(CALL_RDI), %rdi
	movq ST(RDX), %rdx
	LOAD_FLAGS
	movq ST(CALL_NR), %rax
	jmp pre_runtime + RT_GATE_TRACED - RT_CODE

	AT(RT_CPUID)
	movq %rcx, ST(RCX)
	movq %rdx, ST(RDX)
	KEEP_FLAGS
	movslq ST(CALL_TICKS), %rax
	cmpq %rax, ST(COUNTER)
	jl 4f
	movl ST(RAX), %eax
	movl $RT_ANSWERS + 8, %edx
1:	cmpq RT_ANSWERS, %rdx
	jae 4f
	cmpl (%rdx), %eax
	jne 2f
	movl 4(%rdx), %ecx
	andl ST(RCX), %ecx
	cmpl 8(%rdx), %ecx
	je 3f
2:	addq $32, %rdx
	jmp 1b
3:	movl 0x0c(%rdx), %eax
	movq %rax, ST(RAX)
	movl 0x10(%rdx), %ebx
	movl 0x14(%rdx), %ecx
	movq %rcx, ST(RCX)
	movl 0x18(%rdx), %edx
	movq %rdx, ST(RDX)
	FIND_NEXT
	movq %rdx, ST(JUMP)
5:	GIVE_FLAGS
	jmp *ST(JUMP)
4:	movq ST(RCX), %rcx
	movq ST(RDX), %rdx
	movq ST(STOP_ENTRY), %rax
	movq %rax, ST(JUMP)
	jmp 5b

	/* Source: Intel SDM volume 1, 13.4 "XSAVE Area", 13.6 "Processor tracking of
	 * XSAVE-managed state", 13.10 "Operation of XSAVEC" */
	AT(RT_SETTLE)
	movq %rcx, ST(JUMP)
	movq %rdx, ST(RDX)
	KEEP_FLAGS
	movl ST(RAX), %eax
	andl ST(SETTLE_MASK), %eax
	movl $576, ST(SETTLE_NEXT)
1:	bsfl %eax, %ecx
	jz 9f
	btrl %ecx, %eax
	movl %eax, ST(SETTLE_LEFT)
	/* RDX = where component ECX is */
	movzwl ST(PARTS)(, %rcx, 8), %edx
	cmpl $2, %ecx
	jb 2f
	cmpl $0, ST(SETTLE_COMPACT)
	je 2f
	movzwl ST(PARTS) + 4(, %rcx, 8), %eax
	movl ST(SETTLE_NEXT), %edx
	addl %eax, %edx
	notl %eax
	andl %eax, %edx
	movzwl ST(PARTS) + 2(, %rcx, 8), %eax
	leal (%rdx, %rax, 8), %eax
	movl %eax, ST(SETTLE_NEXT)
2:	movq ST(IMAGE), %rax
	addq %rax, %rdx
	btl %ecx, 512(%rax)
	movzwl ST(PARTS) + 2(, %rcx, 8), %eax
	jc 5f
	/* Not in use: it may not have been stored. */
3:	movq $0, -8(%rdx, %rax, 8)
	decl %eax
	jnz 3b
	movq ST(IMAGE), %rdx
	cmpl $1, %ecx
	ja 8f
	je 4f
	movq $0x37f, (%rdx) /* FCW, nothing in FSW, FTW, FOP */
	movq $0, 8(%rdx)    /* FIP, FDP */
	movq $0, 16(%rdx)
	jmp 8f
4:	cmpl $0, ST(SETTLE_COMPACT)
	je 8f
	movq ST(SETTLE_MXCSR), %rax
	movq %rax, 24(%rdx)
	jmp 8f
	/* In use: it may be initial all the same. */
5:	cmpq $0, -8(%rdx, %rax, 8)
	jne 8f
	decl %eax
	jnz 5b
	movq ST(IMAGE), %rdx
	cmpl $1, %ecx
	ja 7f
	je 6f
	cmpq $0x37f, (%rdx)
	jne 8f
	cmpq $0, 8(%rdx)
	jne 8f
	cmpq $0, 16(%rdx)
	jne 8f
	jmp 7f
	/* Only XSAVEC takes MXCSR for a part of SSE. */
6:	cmpl $0, ST(SETTLE_COMPACT)
	je 7f
	cmpl $0x1f80, 24(%rdx)
	jne 8f
7:	btrl %ecx, 512(%rdx)
8:	movl ST(SETTLE_LEFT), %eax
	jmp 1b
9:	movq ST(RCX), %rcx
	movq ST(RDX), %rdx
	GIVE_FLAGS
	jmp *ST(JUMP)
	.globl pre_settled
	.hidden pre_settled
pre_settled:

	.globl pre_runtime_end
	.hidden pre_runtime_end
pre_runtime_end:
	.section .note.GNU-stack, "", @progbits
