// SPDX-License-Identifier: MIT
#include "traces/cpuid.h"

bool trace_cpuid_answer(const struct trace_header *h, struct regs *regs)
{
	const struct cpuid_row *c =
		cpuid_find(h->cpuid, h->n_cpuid, (uint32_t)regs->rax, (uint32_t)regs->rcx);

	if (!c)
		return false;
	regs->rax = c->eax;
	regs->rbx = c->ebx;
	regs->rcx = c->ecx;
	regs->rdx = c->edx;
	return true;
}

bool trace_xgetbv_answer(const struct trace_header *h, struct regs *regs)
{
	if ((uint32_t)regs->rcx != 0 || !h->xcr0)
		return false;
	regs->rax = (uint32_t)h->xcr0;
	regs->rdx = h->xcr0 >> 32;
	return true;
}
