/* SPDX-License-Identifier: MIT */
/* Recursion deep enough to fill whatever predicts returns, two calls at each
 * level. */
#include "program.h"

_start:
	mov $11, %edi
	call fibonacci
	mov %rax, %rbx
	mov $300, %edi
	call sum
	exit_ok
fibonacci:
	cmp $2, %edi
	jb 1f
	push %rdi
	dec %edi
	call fibonacci
	pop %rdi
	push %rax
	sub $2, %edi
	call fibonacci
	pop %rdx
	add %rdx, %rax
	ret
1:	mov %edi, %eax
	ret
sum:
	test %edi, %edi
	jz 1f
	push %rdi
	dec %edi
	call sum
	pop %rdi
	add %rdi, %rax
	ret
1:	xor %eax, %eax
	ret
