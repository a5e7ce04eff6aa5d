/* SPDX-License-Identifier: MIT */
/* SYSCALL puts its return address into RCX and the flags into R11; all else
 * stays, whatever the call answers. */
#include "program.h"

_start:
	mov $3, %ebx
again:
	movabs $0x1111111111111111, %rcx
	movabs $0x2222222222222222, %r11
	stc
	mov $SYS_getpid, %eax
	syscall
	xor %eax, %eax
	adc %r11, %r12
	mov $-1, %rax
	std
	syscall
	cld
	mov $1000, %eax
	cmp $1001, %eax
	syscall
1:	sbb %rcx, %r13
	add $2f - 1b, %rcx
	jmp *%rcx
	hlt
2:	mov %rsp, %rbp
	xor %esp, %esp
	mov $SYS_getpid, %eax
	syscall
	mov %rbp, %rsp
	xor %eax, %eax
	dec %ebx
	jnz again
	exit_ok
