/* SPDX-License-Identifier: MIT */
/*
 * For the programs in assembly. A program begins at _start, ends with exit_ok (or
 * exit_with, 77: this machine cannot do it), and compares nothing itself: the run
 * by single steps is what its translated runs are compared with. What it computes
 * should therefore stay in registers or memory, or decide branches.
 */

#define SYS_rt_sigaction 13
#define SYS_rt_sigreturn 15
#define SYS_mmap 9
#define SYS_mprotect 10
#define SYS_munmap 11
#define SYS_getpid 39
#define SYS_arch_prctl 158
#define SYS_memfd_create 319
#define SYS_sigaltstack 131
#define SYS_exit_group 231
#define SYS_ftruncate 77

#define ARCH_SET_GS 0x1001
#define ARCH_SET_FS 0x1002

#define SIGILL 4
#define SIGTRAP 5
#define SIGBUS 7
#define SIGFPE 8
#define SIGSEGV 11

#define SA_SIGINFO 4
#define SA_ONSTACK 0x08000000
#define SA_NODEFER 0x40000000 /* a blocked SIGTRAP ends a program that is stepped */
#define SA_RESTORER 0x04000000

/* Offsets from RSP at a handler's first instruction: registers in the ucontext.
 * Source: Linux arch/x86/include/uapi/asm/sigcontext.h */
#define FRAME_RAX (8 + 40 + 13 * 8)
#define FRAME_RSP (8 + 40 + 15 * 8)
#define FRAME_RIP (8 + 40 + 16 * 8)
#define FRAME_FLAGS (8 + 40 + 17 * 8)

	.macro exit_with status
	mov \status, %edi
	mov $SYS_exit_group, %eax
	syscall
	.endm

	.macro exit_ok
	exit_with $0
	.endm

/* Installs handler for signo, with the restorer that follows in memory. */
	.macro handle signo, handler
	lea \handler(%rip), %rax
	mov %rax, program_action(%rip)
	movq $(SA_SIGINFO | SA_ONSTACK | SA_NODEFER | SA_RESTORER), program_action + 8(%rip)
	lea program_restorer(%rip), %rax
	mov %rax, program_action + 16(%rip)
	mov $\signo, %edi
	lea program_action(%rip), %rsi
	xor %edx, %edx
	mov $8, %r10d
	mov $SYS_rt_sigaction, %eax
	syscall
	.endm

/* To be put once into a program that uses handle. */
	.macro restorer
program_restorer:
	mov $SYS_rt_sigreturn, %eax
	syscall
	.bss
	.balign 16
program_action:
	.skip 32
	.text
	.endm

/* In a handler with siginfo: folds the address of the fault and RIP into seen. */
	.macro see_fault
	mov 16(%rsi), %rax
	xor %rax, seen
	mov FRAME_RIP(%rsp), %rax
	xor %rax, seen + 8
	.endm

/* Ends with 77 unless CPUID has the bit: leaf, register, bit. */
	.macro need leaf, reg, bit
	mov $\leaf, %eax
	xor %ecx, %ecx
	cpuid
	bt $\bit, %\reg
	jc .Lhas\@
	exit_with $77
.Lhas\@:
	.endm

/* Maps memory at exactly this address; without flags it is anonymous and private. */
	.macro map at, bytes, prot, flags=0x32, fd=$-1
	mov $SYS_mmap, %eax
	mov $\at, %rdi
	mov $\bytes, %esi
	mov $\prot, %edx
	mov $\flags, %r10d
	mov \fd, %r8
	xor %r9d, %r9d
	syscall
	.endm

/* Makes count pages at a label writable and executable. */
	.macro unprotect label, count=1
	mov $\label, %edi
	and $-4096, %rdi
	mov $4096 * \count, %esi
	mov $7, %edx
	mov $SYS_mprotect, %eax
	syscall
	.endm

	.section .note.GNU-stack, "", @progbits
	.text
	.globl _start
