/* SPDX-License-Identifier: MIT */
/* CMPXCHG, CMPXCHG8B, CMPXCHG16B and XADD: that succeed and that fail, locked
 * and in loops. */
#include "program.h"

_start:
	need 1, ecx, 13
	mov $3, %r15d
again:
	mov wide(%rip), %rax
	mov wide + 8(%rip), %rdx
	mov $5, %ebx
	mov $6, %ecx
	lock cmpxchg16b wide(%rip)
	setz %r8b
	lock cmpxchg16b wide(%rip)
	setz %r9b
	cmpxchg8b wide(%rip)
	setz %r10b
	lock cmpxchg8b wide(%rip)
	setz %r11b
	mov $wide, %edi
	lock cmpxchg16b (%rdi)
	mov counter(%rip), %eax
1:	lea 7(%rax), %esi
	lock cmpxchg %esi, counter(%rip)
	jnz 1b
	mov $1, %eax
2:	mov %eax, %esi
	inc %esi
	lock cmpxchg %sil, counter + 8(%rip)
	jne 2b
	mov $100, %edx
	lock xadd %rdx, counter(%rip)
	lock subq $3, counter(%rip)
	lock orb $0x10, counter + 8(%rip)
	lock btsl $5, counter + 8(%rip)
	xchg %dl, counter + 8(%rip)
	dec %r15d
	jnz again
	exit_ok
	.data
	.balign 16
wide:	.quad 123, 456
counter: .quad 0, 9
