// SPDX-License-Identifier: MIT
// Effective addresses of an instruction's memory operands.
#include "translator/access.h"

#include <Zydis/Zydis.h>

#define DF 0x400

static uint64_t general(const struct regs *regs, ZydisRegister reg)
{
	struct regs copy = *regs;
	ZydisRegister wide = ZydisRegisterGetLargestEnclosing(ZYDIS_MACHINE_MODE_LONG_64, reg);
	uint64_t value = *regs_gpr(&copy, (unsigned)ZydisRegisterGetId(wide));

	return ZydisRegisterGetWidth(ZYDIS_MACHINE_MODE_LONG_64, reg) == 32 ? (uint32_t)value
									    : value;
}

static uint64_t part(const struct regs *regs, ZydisRegister reg)
{
	return reg == ZYDIS_REGISTER_NONE || ZydisRegisterGetClass(reg) > ZYDIS_REGCLASS_GPR64
		       ? 0
		       : general(regs, reg);
}

static uint64_t segment_base(const struct regs *regs, ZydisRegister segment)
{
	return segment == ZYDIS_REGISTER_FS   ? regs->fs_base
	       : segment == ZYDIS_REGISTER_GS ? regs->gs_base
					      : 0;
}

static taddr_t effective(const ZydisDecodedInstruction *in, const ZydisDecodedOperand *op,
			 const struct regs *regs)
{
	uint64_t a = op->mem.disp.has_displacement ? (uint64_t)op->mem.disp.value : 0;

	if (op->mem.base == ZYDIS_REGISTER_RIP || op->mem.base == ZYDIS_REGISTER_EIP)
		a += regs->rip + in->length;
	else
		a += part(regs, op->mem.base);
	a += part(regs, op->mem.index) * op->mem.scale;
	if (in->address_width == 32)
		a = (uint32_t)a;
	return a + segment_base(regs, op->mem.segment);
}

/* PUSH and CALL write below the stack pointer. */
static bool pushes(const ZydisDecodedInstruction *in, const ZydisDecodedOperand *op)
{
	return op->visibility == ZYDIS_OPERAND_VISIBILITY_HIDDEN &&
	       op->mem.base == ZYDIS_REGISTER_RSP &&
	       op->actions & ZYDIS_OPERAND_ACTION_MASK_WRITE &&
	       (in->meta.category == ZYDIS_CATEGORY_PUSH ||
		in->meta.category == ZYDIS_CATEGORY_CALL);
}

static bool repeats(const ZydisDecodedInstruction *in)
{
	return in->attributes &
	       (ZYDIS_ATTRIB_HAS_REP | ZYDIS_ATTRIB_HAS_REPE | ZYDIS_ATTRIB_HAS_REPNE);
}

static void add(const ZydisDecodedInstruction *in, const ZydisDecodedOperand *op,
		const struct regs *regs, struct dbt_access *a)
{
	uint64_t unit = op->size / 8, count = repeats(in) ? regs->rcx : 1;

	a->addr = effective(in, op, regs);
	a->bytes = op->mem.type == ZYDIS_MEMOP_TYPE_VSIB ? 0 : unit * count;
	a->reads = op->actions & ZYDIS_OPERAND_ACTION_MASK_READ;
	a->writes = op->actions & ZYDIS_OPERAND_ACTION_MASK_WRITE;
	if (pushes(in, op))
		a->addr -= unit;
	else if (repeats(in) && regs->eflags & DF && count)
		a->addr -= unit * (count - 1);
}

size_t dbt_accesses(const uint8_t *code, size_t len, const struct regs *regs,
		    struct dbt_access *ret, size_t max)
{
	ZydisDecodedOperand ops[ZYDIS_MAX_OPERAND_COUNT];
	ZydisDecodedInstruction in;
	ZydisDecoder decoder;
	size_t n = 0;

	ZydisDecoderInit(&decoder, ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64);
	if (ZYAN_FAILED(ZydisDecoderDecodeFull(&decoder, code, len, &in, ops)))
		return 0;
	for (unsigned i = 0; i < in.operand_count && n < max; i++)
		if (ops[i].type == ZYDIS_OPERAND_TYPE_MEMORY &&
		    ops[i].mem.type != ZYDIS_MEMOP_TYPE_AGEN)
			add(&in, &ops[i], regs, &ret[n++]);
	return n;
}
