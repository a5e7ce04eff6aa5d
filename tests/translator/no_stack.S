/* SPDX-License-Identifier: MIT */
/* RSP as a register like any other: nothing is mapped where it points while
 * blocks end in every way but calls. */
#include "program.h"

_start:
	mov %rsp, %r15
	mov $12, %ebx
	mov $0x1000, %esp
again:
	imul $77, %rsp, %rsp
	mov $1f, %eax
	cmp %rsp, %rbx
	jmp *%rax
	hlt
1:	adc $3, %rsp
	jo 2f
	sbb %rcx, %rsp
2:	mov $3, %ecx
3:	ror $1, %rsp
	loop 3b
	jmp *pointer
4:	cmovc %rsp, %rdx
	mov $SYS_getpid, %eax
	syscall
	xor %eax, %eax
	rdtsc
	xor %eax, %eax
	xor %edx, %edx
	not %rsp
	dec %ebx
	jnz again
	mov %rsp, %r14
	mov %r15, %rsp
	exit_ok
	.data
pointer: .quad 4b
