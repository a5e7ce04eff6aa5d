/* SPDX-License-Identifier: MIT */
/* The stack goes down without a CALL to where it has no shadow: a RET is the first to
 * notice. */
#include "program.h"

_start:
	mov %rsp, %r12
	call leaf
	mov $100, %ecx
1:	sub $0x8000, %rsp
	dec %ecx
	jnz 1b
	lea 2f(%rip), %rax
	push %rax
	test %ecx, %ecx
	stc
	ret
2:	adc %rsi, %rsi
	call leaf
	mov %r12, %rsp
	call leaf
	exit_ok
leaf:	push %rsi
	push %rdi
	lea 7(%rsi, %rsi, 4), %rsi
	test $1, %sil
	jz 1f
	inc %rsi
1:	pop %rdi
	pop %rdi
	ret
