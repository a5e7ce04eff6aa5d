/* SPDX-License-Identifier: MIT */
/* The second page of an instruction goes away, and comes back with other
 * bytes. */
#include "program.h"

#define AT 0x20000000
_start:
	map AT, 0x2000, 7
	handle SIGSEGV, handler
	mov $3, %ebx
again:
	movl $0x05c08349, AT + 0xffd
	movl $0x03c08349, AT + 0x1001
	movb $0xc3, AT + 0x1005
	mov $AT + 0xffd, %eax
	call *%rax
	mov $AT + 0x1000, %edi
	mov $0x1000, %esi
	mov $SYS_mprotect, %eax
	mov $3, %edx
	syscall
	lea 1f(%rip), %r15
	mov $AT + 0xffd, %eax
	mov %rsp, %r14
	call *%rax
1:	mov %r14, %rsp
	mov $AT + 0x1000, %edi
	mov $0x1000, %esi
	mov $SYS_mprotect, %eax
	mov $7, %edx
	syscall
	mov %bl, AT + 0x1000
	dec %ebx
	jnz again
	exit_ok
handler:
	mov 16(%rsi), %rax
	xor %rax, seen
	mov %r15, FRAME_RIP(%rsp)
	ret
	restorer
	.data
seen:	.quad 0
