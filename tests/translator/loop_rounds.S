/* SPDX-License-Identifier: MIT */
/* Short loops, which a block may hold several rounds of: closed by a conditional
 * branch and by a jump, left in the middle, with every count of rounds up to 20,
 * with flags that live on behind them and from one round to the next, with a small
 * function inside, and with a fault in some round. */
#include "program.h"

_start:
	handle SIGSEGV, handler
	map 0x10000000, 0x1000, 1
	xor %ebp, %ebp
each:
	/* closed by its branch; the flags that end it are read behind it */
	mov %ebp, %ecx
1:	add $3, %rax
	dec %ecx
	jns 1b
	adc %rcx, %rax
	sets %bl
	/* closed by a jump, left at the top */
	mov %ebp, %ecx
2:	sub $1, %ecx
	jb 3f
	rol $5, %rax
	jmp 2b
3:	rcl $1, %rbx
	/* left in the middle, to two places */
	mov %ebp, %ecx
	lea 3(%rbp, %rbp), %edx
4:	sub $2, %edx
	js 5f
	add %rdx, %rax
	dec %ecx
	jne 4b
	xor $0x55, %al
5:	adc $0, %rbx
	/* the carry goes through all rounds */
	lea 1(%rbp), %ecx
	stc
6:	rcr $1, %rax
	dec %ecx
	jnz 6b
	rcl $1, %rbx
	/* a small function in each round */
	lea 1(%rbp), %ecx
7:	call mix
	dec %ecx
	jnz 7b
	/* a branch over a part of the round */
	lea 1(%rbp), %ecx
8:	test $1, %cl
	jz 9f
	add %rcx, %rbx
9:	dec %ecx
	jnz 8b
	/* ends by a fault in its last round */
	mov $0x10001000, %esi
	sub %rbp, %rsi
	lea 11f(%rip), %r15
	lea 1(%rbp), %ecx
10:	movzbl (%rsi), %edx
	inc %rsi
	dec %ecx
	jnz 10b
	hlt
11:	mov %rsi, %r14
	inc %ebp
	cmp $20, %ebp
	jne each
	mov seen, %rcx
	mov seen + 8, %rdx
	exit_ok
mix:
	xor %rbx, %rax
	rol $7, %rax
	ret

handler:
	see_fault
	mov FRAME_FLAGS(%rsp), %rax
	xor %rax, seen + 16
	mov %r15, FRAME_RIP(%rsp)
	ret
	restorer
	.data
	.balign 16
seen:	.quad 0, 0, 0
