/* SPDX-License-Identifier: MIT */
/* What lies below the stack pointer stays as it is, whatever exits a block
 * takes. */
#include "program.h"

_start:
	mov $16, %ecx
1:	neg %rcx
	mov %rcx, (%rsp, %rcx, 8)
	neg %rcx
	loop 1b
	mov $6, %ebx
2:	mov $3f, %eax
	cmp %ebx, %eax
	jmp *%rax
	hlt
3:	adc %rdx, -64(%rsp)
	jmp *pointer
	hlt
4:	cmp $3, %ebx
	js 5f
	rcrq -72(%rsp)
5:	rdtsc
	xor %eax, %eax
	cpuid
	mov $SYS_getpid, %eax
	syscall
	xor %eax, %eax
	incq -80(%rsp)
	mov $6, %ebx
	decl count
	jnz 2b
	mov -8(%rsp), %r8
	mov -128(%rsp), %r9
	exit_ok
	.data
pointer: .quad 4b
count:	.long 5
