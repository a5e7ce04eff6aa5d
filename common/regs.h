/* SPDX-License-Identifier: MIT */
/*
 * The general registers of a task as the program sees them. The layout is that
 * of the kernel's struct user_regs_struct, so that one PTRACE_GETREGS fills it
 * and a trace can store it as it is.
 *
 * Source: Linux arch/x86/include/asm/user_64.h
 */
#pragma once

#include <stdint.h>

struct regs {
	uint64_t r15, r14, r13, r12, rbp, rbx, r11, r10, r9, r8;
	uint64_t rax, rcx, rdx, rsi, rdi;
	uint64_t orig_rax;
	uint64_t rip, cs, eflags, rsp, ss;
	uint64_t fs_base, gs_base;
	uint64_t ds, es, fs, gs;
};

/* A general register by its number in instruction encodings (0 RAX .. 15 R15). */
static inline uint64_t *regs_gpr(struct regs *r, unsigned number)
{
	uint64_t *const by_number[16] = {
		&r->rax, &r->rcx, &r->rdx, &r->rbx, &r->rsp, &r->rbp, &r->rsi, &r->rdi,
		&r->r8,	 &r->r9,  &r->r10, &r->r11, &r->r12, &r->r13, &r->r14, &r->r15,
	};

	return by_number[number & 15];
}
