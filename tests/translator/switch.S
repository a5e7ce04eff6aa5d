/* SPDX-License-Identifier: MIT */
/* Into and out of code under test: all registers from and to inprocess_cpu. */
	.bss
	.balign 64
	.globl inprocess_cpu
inprocess_cpu:
	.skip 4096 + 27 * 8
	.globl inprocess_host_rsp, inprocess_target, inprocess_how
inprocess_host_rsp: .skip 8
inprocess_target: .skip 8
inprocess_how: .skip 8

#define R(i) inprocess_cpu + 4096 + (i) * 8(%rip)
/* struct regs: r15 r14 r13 r12 rbp rbx r11 r10 r9 r8 rax rcx rdx rsi rdi
 * orig_rax rip cs eflags rsp ss */
	.text
	.globl inprocess_switch
	.type inprocess_switch, @function
inprocess_switch:
	push %rbp
	push %rbx
	push %r12
	push %r13
	push %r14
	push %r15
	mov %rsp, inprocess_host_rsp(%rip)
	mov $0xe7, %eax
	xor %edx, %edx
	xrstor64 inprocess_cpu(%rip)
	push R(18)
	popfq
	mov R(0), %r15
	mov R(1), %r14
	mov R(2), %r13
	mov R(3), %r12
	mov R(4), %rbp
	mov R(5), %rbx
	mov R(6), %r11
	mov R(7), %r10
	mov R(8), %r9
	mov R(9), %r8
	mov R(10), %rax
	mov R(11), %rcx
	mov R(12), %rdx
	mov R(13), %rsi
	mov R(14), %rdi
	mov R(19), %rsp
	jmp *inprocess_target(%rip)

	.globl inprocess_stop, inprocess_syscall, inprocess_native_end, inprocess_fault
inprocess_syscall:
	movl $1, inprocess_how(%rip)
	jmp 1f
inprocess_native_end:
	movl $2, inprocess_how(%rip)
	jmp 1f
inprocess_stop:
	movl $0, inprocess_how(%rip)
1:	mov %r15, R(0)
	mov %r14, R(1)
	mov %r13, R(2)
	mov %r12, R(3)
	mov %rbp, R(4)
	mov %rbx, R(5)
	mov %r11, R(6)
	mov %r10, R(7)
	mov %r9, R(8)
	mov %r8, R(9)
	mov %rax, R(10)
	mov %rcx, R(11)
	mov %rdx, R(12)
	mov %rsi, R(13)
	mov %rdi, R(14)
	mov %rsp, R(19)
	mov inprocess_host_rsp(%rip), %rsp
	pushfq
	pop R(18)
	mov $0xe7, %eax
	xor %edx, %edx
	xsave64 inprocess_cpu(%rip)
	/* a signal handler has stored the registers and returned here */
inprocess_fault:
	mov inprocess_host_rsp(%rip), %rsp
	cld
	fninit
	pop %r15
	pop %r14
	pop %r13
	pop %r12
	pop %rbx
	pop %rbp
	ret
	.section .note.GNU-stack, "", @progbits
