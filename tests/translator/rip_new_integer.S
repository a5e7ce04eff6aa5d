/* SPDX-License-Identifier: MIT */
/* RIP-relative operands of newer integer instructions: MOVBE, CRC32, ADCX,
 * BMI. */
#include "program.h"

_start:
	need 1, ecx, 22
	need 7, ebx, 8
	need 7, ebx, 19
	mov $3, %ebp
	mov $0x1234, %ecx
again:
	movbe a(%rip), %rax
	movbe %eax, b(%rip)
	crc32b a(%rip), %edx
	crc32q a(%rip), %rdx
	popcnt a(%rip), %r8
	lzcnt a(%rip), %r9d
	tzcnt a(%rip), %r10
	andn a(%rip), %rdx, %r11
	bextr %rcx, a(%rip), %r12
	blsr a(%rip), %r13
	blsmsk b(%rip), %r14d
	blsi b(%rip), %r15d
	adcx a(%rip), %rax
	adox b(%rip), %rdx
	mulx a(%rip), %rsi, %rdi
	pdep a(%rip), %rax, %rbx
	pext a(%rip), %rax, %r8
	rorx $13, a(%rip), %rcx
	sarx %rcx, a(%rip), %r9
	shlx %rcx, b(%rip), %r10
	shrx %ecx, b(%rip), %r11d
	bzhi %rcx, a(%rip), %r12
	dec %ebp
	jnz again
	exit_ok
	.data
a:	.quad 0x8877665544332205
b:	.quad 12345678987654321
