/* SPDX-License-Identifier: MIT */
/* An instruction across the border of two pages, blocks on both sides, and
 * loops over the border. */
#include "program.h"

_start:
	mov $4, %ebx
1:	call first
	call second
	call third
	dec %ebx
	jnz 1b
	exit_ok
	.balign 4096
	.skip 4096 - 4
first:	.byte 0x49, 0x81, 0xc0 /* add $0x12345678, %r8: one byte on this page */
	.byte 0x78, 0x56, 0x34, 0x12
	cmp %ebx, %r8d
	jb 2f
	inc %r9
2:	ret
	.balign 4096
	.skip 4096 - 9
second:	mov $3, %ecx
3:	add %rcx, %r10
	loop 3b
	jmp 4f
	hlt
4:	ret
	.balign 4096
	.skip 4096 - 2
third:	.byte 0x0f, 0x8f /* jg 5f */
	.long 5f - . - 4
	inc %r11
5:	ret
