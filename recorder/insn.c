// SPDX-License-Identifier: MIT
// Instructions that see the outside: executed here, for the task, and recorded.
// CPUID and XGETBV are answered from the trace's header, so that they need no
// event.
#include <cpuid.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <x86intrin.h>

#include "common/log.h"
#include "recorder/private.h"
#include "traces/cpuid.h"

static void add_leaf(struct trace_header *h, uint32_t leaf, uint32_t subleaf)
{
	struct cpuid_row *c = realloc(h->cpuid, (h->n_cpuid + 1) * sizeof(*c));

	if (!c)
		return;
	h->cpuid = c;
	c += h->n_cpuid++;
	c->leaf = leaf;
	c->subleaf = subleaf;
	__cpuid_count(leaf, subleaf, c->eax, c->ebx, c->ecx, c->edx);
}

/* Leaves with several subleaves, and how many are worth having.
 * Source: Intel SDM "CPUID" */
static uint32_t subleaves(uint32_t leaf)
{
	switch (leaf) {
	case 4:
		return 8;
	case 7:
		return 3;
	case 0xb:
	case 0x1f:
		return 4;
	case 0xd:
		return 20;
	case 0xf:
	case 0x10:
	case 0x12:
	case 0x14:
	case 0x17:
	case 0x18:
		return 4;
	default:
		return 1;
	}
}

static void add_range(struct trace_header *h, uint32_t first)
{
	uint32_t last, b, c, d;

	__cpuid_count(first, 0, last, b, c, d);
	if (last < first || last > first + 64)
		last = first;
	for (uint32_t leaf = first; leaf <= last; leaf++)
		for (uint32_t sub = 0; sub < subleaves(leaf); sub++)
			add_leaf(h, leaf, sub);
}

__attribute__((target("xsave"))) static uint64_t read_xcr0(void)
{
	return _xgetbv(0);
}

int rec_read_cpuid(struct trace_header *h)
{
	uint32_t a, b, c, d;

	add_range(h, 0);
	add_range(h, 0x80000000);
	__cpuid_count(1, 0, a, b, c, d);
	if (c & 1u << 31)
		add_range(h, 0x40000000);
	if (c & bit_OSXSAVE)
		h->xcr0 = read_xcr0();
	return h->n_cpuid ? 0 : -ENOMEM;
}

static void set_sized(struct regs *regs, unsigned reg, unsigned size, uint64_t value)
{
	uint64_t *to = regs_gpr(regs, reg);

	if (size == 2)
		*to = (*to & ~(uint64_t)0xffff) | (value & 0xffff);
	else
		*to = size == 4 ? (uint32_t)value : value;
}

__attribute__((target("rdrnd,rdseed"))) static int random_value(bool seed, unsigned size,
								unsigned long long *ret)
{
	unsigned short v16 = 0;
	unsigned v32 = 0;
	int ok;

	if (size == 2)
		ok = seed ? _rdseed16_step(&v16) : _rdrand16_step(&v16);
	else if (size == 4)
		ok = seed ? _rdseed32_step(&v32) : _rdrand32_step(&v32);
	else
		return seed ? _rdseed64_step(ret) : _rdrand64_step(ret);
	*ret = size == 2 ? v16 : v32;
	return ok;
}

#define FLAG_CF		 0x1
#define FLAGS_ARITHMETIC 0x8d5 /* OF SF ZF AF PF CF */

static void give_random(struct regs *regs, const struct dbt_stop *s, bool seed)
{
	unsigned long long value = 0;
	int ok = random_value(seed, s->insn_size, &value);

	set_sized(regs, s->insn_reg, s->insn_size, ok ? value : 0);
	regs->eflags &= ~(uint64_t)FLAGS_ARITHMETIC;
	if (ok)
		regs->eflags |= FLAG_CF;
}

static void give_time(struct regs *regs, bool with_core)
{
	unsigned core = 0;
	uint64_t tsc = with_core ? __rdtscp(&core) : __rdtsc();

	regs->rax = (uint32_t)tsc;
	regs->rdx = tsc >> 32;
	if (with_core)
		regs->rcx = core;
}

static uint64_t core_number(void)
{
	unsigned core;

	__rdtscp(&core);
	return core;
}

/* A leaf that the header does not have. */
static void give_cpuid(struct regs *regs)
{
	uint32_t a, b, c, d;

	__cpuid_count((uint32_t)regs->rax, (uint32_t)regs->rcx, a, b, c, d);
	regs->rax = a;
	regs->rbx = b;
	regs->rcx = c;
	regs->rdx = d;
}

__attribute__((target("xsave"))) static void give_xgetbv(struct regs *regs)
{
	uint64_t value = (uint32_t)regs->rcx <= 1 ? _xgetbv((uint32_t)regs->rcx) : 0;

	regs->rax = (uint32_t)value;
	regs->rdx = value >> 32;
}

/* Returns whether the results have to be recorded. */
static int execute(struct recorder *r, struct task *t, const struct dbt_stop *s)
{
	struct regs *regs = &t->regs;

	switch (s->insn) {
	case DBT_INSN_CPUID:
		if (trace_cpuid_answer(&r->header, regs))
			return 0;
		give_cpuid(regs);
		return 1;
	case DBT_INSN_XGETBV:
		if (trace_xgetbv_answer(&r->header, regs))
			return 0;
		give_xgetbv(regs);
		return 1;
	case DBT_INSN_RDTSC:
	case DBT_INSN_RDTSCP:
		give_time(regs, s->insn == DBT_INSN_RDTSCP);
		return 1;
	case DBT_INSN_RDRAND:
	case DBT_INSN_RDSEED:
		give_random(regs, s, s->insn == DBT_INSN_RDSEED);
		return 1;
	case DBT_INSN_RDPID:
		set_sized(regs, s->insn_reg, 8, core_number());
		return 1;
	default:
		return -ENOTSUP;
	}
}

int rec_insn(struct recorder *r, struct task *t, struct task_stop *stop)
{
	struct event *e = rec_event(r, EVENT_INSN, t);
	int record = execute(r, t, &stop->dbt), err = 0;

	if (record < 0)
		return fail(record,
			    "task %d at 0x%lx: 32-bit system calls (INT 0x80, SYSENTER) "
			    "cannot be recorded",
			    t->tid, stop->dbt.pc);
	t->regs.rip += stop->dbt.insn_bytes;
	if (record) {
		e->insn = stop->dbt.insn;
		e->flags |= EVENT_AFTER;
		e->regs_after = t->regs;
		err = rec_write(r, t, false);
	}
	return err ? err : task_run(t, t->target);
}
