/* SPDX-License-Identifier: MIT */
/* String instructions and XLAT with FS, GS and 32-bit addresses. */
#include "program.h"

_start:
	mov $ARCH_SET_FS, %edi
	mov $table, %esi
	mov $SYS_arch_prctl, %eax
	syscall
	mov $4, %ebx
again:
	mov $8, %esi
	mov $to, %edi
	mov $5, %ecx
	rep movsb %fs:(%rsi), %es:(%rdi)
	lodsl %fs:(%rsi)
	movabs $0x100000000, %rsi
	add $table, %rsi
	mov %rsi, %rdi
	addr32 lodsq
	movabs $0x700000003, %rcx
	addr32 rep stosb
	mov %rbx, %r8
	mov $table, %ebx
	mov $3, %al
	xlat
	mov %r8, %rbx
	dec %ebx
	jnz 1f
	exit_ok
1:	mov %rbx, %r8
	xor %ebx, %ebx
	mov $9, %al
	xlat %fs:(%rbx)
	mov %r8, %rbx
	jmp again
	.data
table:	.byte 3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9, 3, 2, 3, 8, 4
	.skip 256
to:	.skip 64
