/* SPDX-License-Identifier: MIT */
/* Calls and jumps through FS and GS, with their bases set by arch_prctl. */
#include "program.h"

_start:
	mov $ARCH_SET_FS, %edi
	mov $block, %esi
	mov $SYS_arch_prctl, %eax
	syscall
	mov $ARCH_SET_GS, %edi
	mov $block + 16, %esi
	mov $SYS_arch_prctl, %eax
	syscall
	mov $4, %r15d
1:	mov $8, %ecx
	mov $1, %edx
	call *%fs:0
	call *%fs:(%rcx)
	call *%gs:-16(, %rdx, 8)
	call *%gs:(%rcx, %rdx, 8)
	jmp *%gs:0
	hlt
back:	dec %r15d
	jnz 1b
	mov %fs:8, %rax
	add %gs:8, %rax
	movzbl %fs:(%rcx), %ebx
	incl %fs:48
	movdqu %gs:(%rcx), %xmm3
	movb $5, %fs:40(%rdx)
	addr32 mov %fs:(%ecx), %rsi
	exit_ok
function:
	inc %rbx
	add %fs:8, %rbx
	ret
	.data
	.balign 16
block:	.quad function, function, back, function, function
	.skip 64
