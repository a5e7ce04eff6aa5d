/* SPDX-License-Identifier: MIT */
/* String instructions of all sizes, with and without REP, upwards and
 * downwards, and with a count of zero. */
#include "program.h"

	.macro all size
	mov $from, %esi
	mov $to, %edi
	mov $9, %ecx
	rep movs\size
	mov $5, %ecx
	rep stos\size
	lods\size
	mov $from, %esi
	mov $to, %edi
	mov $20, %ecx
	repe cmps\size
	setz %r8b
	mov $from, %edi
	mov $20, %ecx
	repne scas\size
	setz %r9b
	adc %rcx, %r10
	xor %ecx, %ecx
	rep movs\size
	repne scas\size
	cmps\size
	scas\size
	movs\size
	stos\size
	std
	mov $from + 160, %esi
	mov $to + 168, %edi
	mov $6, %ecx
	rep movs\size
	mov $4, %ecx
	repne cmps\size
	mov $4, %ecx
	repe scas\size
	lods\size
	mov $3, %ecx
	rep stos\size
	cld
	.endm

_start:
	mov $2, %ebx
again:
	all b
	all w
	all l
	all q
	mov $from, %esi
	mov $from + 1, %edi
	mov $100, %ecx
	rep movsb
	dec %ebx
	jnz again
	exit_ok
	.data
from:	.rept 64
	.long 0x01020304 * (. - from) + 0x77
	.endr
to:	.skip 256
