/* SPDX-License-Identifier: MIT */
/* Code put into memory that is writable and executable, into memory that is
 * first one and then the other, and through a second mapping of the same
 * pages. */
#include "program.h"

	.macro protect at, prot
	mov $\at, %edi
	mov $0x1000, %esi
	mov $\prot, %edx
	mov $SYS_mprotect, %eax
	syscall
	.endm

_start:
	map 0x20000000, 0x1000, 7
	map 0x20010000, 0x1000, 3
	mov $SYS_memfd_create, %eax
	mov $name, %edi
	xor %esi, %esi
	syscall
	mov %rax, %r12
	mov %eax, %edi
	mov $0x1000, %esi
	mov $SYS_ftruncate, %eax
	syscall
	map 0x20020000, 0x1000, 3, 1, %r12
	map 0x20030000, 0x1000, 5, 1, %r12
	mov $5, %ebx
again:
	movl $0x00c08349, %edx /* add $bl, %r8 */
	mov %ebx, %ecx
	shl $24, %ecx
	or %ecx, %edx
	mov %edx, 0x20000000
	movb $0xc3, 0x20000004
	mov $0x20000000, %eax
	call *%rax
	protect 0x20010000, 3
	mov %edx, %ecx
	mov $0x09c18349, %ecx
	add %ebx, %ecx
	mov %ecx, 0x20010000
	movb $0xc3, 0x20010004
	protect 0x20010000, 5
	mov $0x20010000, %eax
	call *%rax
	mov $0x01c28349, %ecx
	add %ebx, %ecx
	mov %ecx, 0x20020000
	movb $0xc3, 0x20020004
	mov $0x20030000, %eax
	call *%rax
	call *%rax
	dec %ebx
	jnz again
	mov $SYS_munmap, %eax
	mov $0x20030000, %edi
	mov $0x1000, %esi
	syscall
	map 0x20030000, 0x1000, 7
	movb $0xc3, 0x20030000
	mov $0x20030000, %eax
	call *%rax
	exit_ok
	.section .rodata
name:	.asciz "code"
