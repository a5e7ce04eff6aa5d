/* SPDX-License-Identifier: MIT */
/* Flags that live on through conditional branches, taken and not, through INC
 * and DEC, which keep CF, and through LOOP and JRCXZ, which keep all. */
#include "program.h"

_start:
	mov $9, %ebx
	mov $0x9e3779b97f4a7c15, %r12
	mov $0x0123456789abcdef, %r13
again:
	cmp %r12, %r13
	jz 1f
	js 1f
	jo 1f
	jp 1f
	adc %r12, %r13
1:	lahf
	adc $0, %rax
	jc 2f
	inc %r8
	jc 3f
	jnz 2f
3:	dec %r8
2:	sbb %r9, %r9
	mov $3, %ecx
	cmp %r13d, %r12d
4:	adc $1, %r10
	setc %dl
	rcr $1, %dl
	loop 4b
	adc $0, %r11
	add %r12w, %r13w
	jrcxz 5f
	hlt
5:	setb %sil
	seto %dil
	pushf
	popf
	jnc 6f
	setz %r14b
6:	pushf
	pop %rbp
	add %rbp, %r15
	sub %r13, %r12
	dec %ebx
	jnz again
	exit_ok
