// SPDX-License-Identifier: MIT
#include "traces/cpuid.h"

static const struct trace_cpuid *find(const struct trace_header *h, uint32_t leaf, uint32_t subleaf)
{
	for (size_t i = 0; i < h->n_cpuid; i++)
		if (h->cpuid[i].leaf == leaf && h->cpuid[i].subleaf == subleaf)
			return &h->cpuid[i];
	return NULL;
}

/* Whether the leaf's answer does not depend on ECX: it has one entry. */
static bool has_subleaves(const struct trace_header *h, uint32_t leaf)
{
	return find(h, leaf, 1) != NULL;
}

bool trace_cpuid_answer(const struct trace_header *h, struct regs *regs)
{
	uint32_t leaf = (uint32_t)regs->rax, subleaf = (uint32_t)regs->rcx;
	const struct trace_cpuid *c = find(h, leaf, subleaf);

	if (!c && !has_subleaves(h, leaf))
		c = find(h, leaf, 0);
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
