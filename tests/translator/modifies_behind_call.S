/* SPDX-License-Identifier: MIT */
/* Functions that change the instructions behind their own call, and of calls that they
 * were called by further up. */
#include "program.h"

_start:
	unprotect code
	mov $6, %ebx
	jmp code
	.data
	.balign 4096
code:	mov $2, %ecx
	call change
1:	mov $0, %al
	add %al, %r8b
	cmp %ebx, %r8d
	mov $7, %ecx
	call *pointer(%rip)
2:	add $0x11223344, %r9d
	adc $0, %r10
	dec %ebx
	jnz code
	exit_ok
	.balign 4096
pointer: .quad change
	.text
change:	dec %ecx
	jz 3f
	call change
	adc %rcx, %r11
	ret
3:	mov %bl, 1b + 1(%rip)
	ror $5, %r9d
	mov %r9d, 2b + 3(%rip)
	ret
