/* SPDX-License-Identifier: MIT */
/* WRFSBASE, RDFSBASE and their like, where the kernel lets programs use them. */
#include "program.h"

_start:
	mov 8(%rsp), %rax /* argv[0]: the auxiliary vector is behind envp */
	lea 8(%rsp), %rsi
1:	lodsq
	test %rax, %rax
	jnz 1b
2:	lodsq
	test %rax, %rax
	jnz 2b
3:	lodsq
	mov %rax, %rcx
	lodsq
	cmp $26, %ecx /* AT_HWCAP2, bit 1: FSGSBASE */
	je 4f
	test %ecx, %ecx
	jnz 3b
	exit_with $77
4:	bt $1, %eax
	jc 5f
	exit_with $77
5:	mov $3, %ebx
again:
	lea block(, %rbx, 8), %rax
	wrfsbase %rax
	mov %fs:0, %rcx
	wrgsbase %rsp
	mov %gs:0, %rdx
	rdfsbase %rsi
	rdgsbase %rdi
	add %rsi, %r8
	wrfsbase %ebx
	rdfsbase %r9
	wrgsbase %rax
	call *%gs:24
	mov $SYS_getpid, %eax
	syscall
	xor %eax, %eax
	rdgsbase %r10
	dec %ebx
	jnz again
	exit_ok
function:
	mov %gs:8, %r11
	ret
	.data
block:	.quad 10, 20, 30, 40, function, function, function, 50
