/* SPDX-License-Identifier: MIT */
/* A RET, in code above 2 GiB, whose return address lies at the end of what is mapped:
 * half of it is there and right, or less; the fault is where the page ends. */
#include "branch_faults.h"

#define CODE 0x200000000000
#define STACK 0x30000000
#define SHORT 0x40000000

_start:
	map CODE, 0x1000, 7
	map STACK, 0x2000, 3
	map SHORT, 0x1000, 3
	movabs $CODE, %rdi
	mov $copied, %esi
	mov $copied_end - copied, %ecx
	rep movsb
	branch_faults_begin
	mov %rsp, %r12
	movabs $CODE, %r11
again:
	mov $0xffc, %r10d
2:	lea 1f(%rip), %r15
	lea STACK + 8(%r10), %rsp
	jmp *%r11
1:	mov %r12, %rsp
	inc %r8
	add $2, %r10d
	cmp $0x1000, %r10d
	jb 2b
	dec %ebx
	jnz again
	exit_ok
	.balign 64
copied:
	call cut
	inc %r9
	jmp *%r15
cut:	mov (%rsp), %rax
	mov %ax, SHORT(%r10)
	shr $16, %rax
	cmp $0xffc, %r10d
	jnz 1f
	mov %ax, SHORT + 0xffe
1:	cmp $2, %ebx
	jz 1f
	lea SHORT(%r10), %rsp
1:	ret
copied_end:
	branch_faults_end
