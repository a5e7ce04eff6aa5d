/* SPDX-License-Identifier: MIT */
/* Instructions that keep some flags or all, or keep them for some counts only,
 * first in a block that is entered by a taken branch: what they keep is the
 * flags of before the branch. */
#include "program.h"

	.macro after insn:vararg
	cmp %r12, %r13
	jne 1f
	hlt
1:	\insn
	pushf
	pop %rdx
	add %rdx, %r8
	rol $1, %r8
	.endm

_start:
	need 7, ebx, 8
	need 7, ebx, 19
	need 1, ecx, 22

	mov $4, %ebp
	mov $0x9e3779b97f4a7c15, %r12
	mov $0x0123456789abcdef, %r13
again:
	lea -1(%rbp), %ecx
	and $1, %ecx
	after shl %cl, %rax
	after shr %cl, %ax
	after sar %cl, %eax
	after rol %cl, %rax
	after rcr %cl, %rax
	after shld %cl, %rax, %r9
	after shrd $0, %rax, %r9
	after shl $32, %eax
	after shlq $64, word
	after rolb $8, word
	after ror $1, %rax
	after rcl $3, %rax
	after inc %rax
	after decb word
	after not %rax
	after neg %rax
	after bt $3, %r12
	after bts %r13, %rax
	after bsf %r13, %rax
	after bsr word, %rax
	after lzcnt %r13, %rax
	after popcnt %r13, %rax
	after andn %r13, %r12, %rax
	after blsr %r13, %rax
	after bextr %rcx, %r13, %rax
	after adcx %r12, %rax
	after adox %r12, %rax
	after shlx %r12, %r13, %rax
	after rorx $3, %r13, %rax
	after adc %r12, %rax
	after sbb %rax, %rax
	after mul %r13
	after imul %r13, %rax
	after lea 3(%rax), %rax
	after mov %r12, %rax
	after movzx %r12b, %eax
	after xchg %rax, %r9
	after xadd %rax, %r9
	after cmpxchg %r12, %r9
	after bswap %rax
	after cmovc %r12, %rax
	after seto %al
	after lahf
	after sahf
	after cmc
	after stc
	after clc
	after std
	after cld
	after cbw
	after cqo
	after push %rax
	after pop %rax
	after crc32 %r12, %rax
	after movbe word, %rax
	after comisd word, %xmm0
	after ucomiss word, %xmm0
	after ptest word2, %xmm0

	after paddd %xmm0, %xmm1
	after verw word
	after lar word, %eax
	after test %r12, %r13
	after xor %eax, %eax
	after and $0, %rax
	after nop
	after pause
	after cpuid
	after rdtsc
	mov $word, %esi
	mov $word, %edi
	xor %ecx, %ecx
	after repe cmpsb
	after repne scasb
	after rep movsb
	mov $3, %ecx
	after repe cmpsb
	after cmpsb
	after scasb
	after lodsb
	after stosb
	after loop 2f
2:	after jrcxz 3f
3:	jmp 5f
4:	ret
5:	after call 4b
	after pushf
	pop %rax
	ror $9, %r12
	rol $5, %r13
	cld
	dec %ebp
	jnz again
	exit_ok
	.data
	.balign 16
word:	.quad 0x0011223344556677
	.balign 16
word2:	.quad 1, 2
