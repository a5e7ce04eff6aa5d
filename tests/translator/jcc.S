/* SPDX-License-Identifier: MIT */
/* Every Jcc, short and long, taken and not, by all flags it may look at. */
#include "program.h"

	.macro both cc
	push %rbx
	popf
	lea 1(%r8), %r8
	j\cc 1f
	lea 2(%r9, %r8), %r9
1:	push %rbx
	popf
	{disp32} j\cc 1f
	lea 5(%r9, %r8, 2), %r9
1:
	.endm

_start:
	xor %ebp, %ebp
next:	/* CF 1, PF 4, AF 16, ZF 64, SF 128, OF 2048: of each the bits of rbp */
	xor %ebx, %ebx
	mov $0x8c5, %eax
	mov $12, %ecx
	mov %ebp, %edx
bits:	bt %ecx, %eax
	jnc 1f
	shr %edx
	jnc 1f
	bts %ecx, %ebx
1:	dec %ecx
	jns bits
	or $0x202, %ebx
	both o
	both no
	both b
	both nb
	both z
	both nz
	both be
	both nbe
	both s
	both ns
	both p
	both np
	both l
	both nl
	both le
	both nle
	inc %ebp
	cmp $32, %ebp
	jb next
	exit_ok
