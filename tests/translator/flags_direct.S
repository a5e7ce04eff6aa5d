/* SPDX-License-Identifier: MIT */
/* Flags that a block leaves behind a direct jump, and that the next one reads:
 * by ADC, SBB, SETcc, CMOVcc, LAHF, PUSHF, RCL, Jcc. */
#include "program.h"

	.macro flags_into reader:vararg
	cmp %r12, %r13
	jmp 1f
	hlt
1:	\reader
	add %r12b, %r13b
	jmp 1f
	hlt
1:	\reader
	xor %r12, %rax
	jmp 1f
1:	\reader
	.endm

_start:
	mov $7, %ebx
	mov $0x7ffffffffffffff5, %r12
	mov $0xfffffff1, %r13d
again:
	flags_into adc %rax, %rcx
	flags_into sbb %rdx, %rdx
	flags_into setl %sil
	flags_into setp %dil
	flags_into cmovo %r12, %r8
	flags_into cmovbe %r13, %r9
	flags_into lahf
	flags_into rcl %r10
	flags_into pushfq
	pop %r11
	pop %rbp
	pop %rbp
	flags_into rcrl $3, %r14d
	flags_into jz 2f
2:	flags_into js 2f
2:	flags_into jg 2f
2:	flags_into jnp 2f
2:	flags_into cmc
	imul $12345, %r12, %r12
	rol $9, %r13
	not %r12
	dec %ebx
	jnz again
	exit_ok
