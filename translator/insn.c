/* SPDX-License-Identifier: MIT */
/*
 * Decoding with Zydis in its minimal mode, which gives mnemonic, length and raw
 * parts; operands are decoded for the few instructions that need them.
 */
#include "translator/insn.h"

#include <Zydis/Zydis.h>
#include <errno.h>
#include <string.h>

#include "translator/emit.h"
#include "translator/flags.h"
#include "translator/quick.h"
#include "translator/translator.h"

static const ZydisDecoder *insn_decoder(bool minimal)
{
	static ZydisDecoder decoders[2];
	static bool ready;

	if (!ready) {
		for (int i = 0; i < 2; i++)
			ZydisDecoderInit(&decoders[i], ZYDIS_MACHINE_MODE_LONG_64,
					 ZYDIS_STACK_WIDTH_64);
		ZydisDecoderEnableMode(&decoders[1], ZYDIS_DECODER_MODE_MINIMAL, ZYAN_TRUE);
		ready = true;
	}
	return &decoders[minimal];
}

static void insn_outside(struct insn *in, enum dbt_insn what)
{
	in->kind = INSN_OUTSIDE;
	in->what = (uint8_t)what;
}

/* JMP and CALL: direct, indirect through r/m64, or far. */
static void insn_branch(const ZydisDecodedInstruction *z, struct insn *in, bool call)
{
	if (z->raw.imm[0].is_relative)
		in->kind = call ? INSN_CALL : INSN_JMP;
	else if (z->opcode == 0xff && (z->raw.modrm.reg & 1) == 0)
		in->kind = call ? INSN_CALL_IND : INSN_JMP_IND;
	else
		in->kind = INSN_UNSUPPORTED;
}

static void insn_return(const ZydisDecodedInstruction *z, struct insn *in)
{
	in->pops = z->opcode == 0xc2 ? (uint16_t)z->raw.imm[0].value.u : 0;
	in->kind = z->opcode == 0xc2 || z->opcode == 0xc3 ? INSN_RET : INSN_UNSUPPORTED;
	if (z->operand_width == 16)
		in->kind = INSN_UNSUPPORTED;
}

static void insn_classify(const ZydisDecodedInstruction *z, struct insn *in)
{
	switch (z->mnemonic) {
	case ZYDIS_MNEMONIC_JB: case ZYDIS_MNEMONIC_JBE: case ZYDIS_MNEMONIC_JL:
	case ZYDIS_MNEMONIC_JLE: case ZYDIS_MNEMONIC_JNB: case ZYDIS_MNEMONIC_JNBE:
	case ZYDIS_MNEMONIC_JNL: case ZYDIS_MNEMONIC_JNLE: case ZYDIS_MNEMONIC_JNO:
	case ZYDIS_MNEMONIC_JNP: case ZYDIS_MNEMONIC_JNS: case ZYDIS_MNEMONIC_JNZ:
	case ZYDIS_MNEMONIC_JO: case ZYDIS_MNEMONIC_JP: case ZYDIS_MNEMONIC_JS:
	case ZYDIS_MNEMONIC_JZ:
		in->kind = INSN_JCC;
		in->what = z->opcode & 15;
		break;
	case ZYDIS_MNEMONIC_JCXZ: case ZYDIS_MNEMONIC_JECXZ: case ZYDIS_MNEMONIC_JRCXZ:
	case ZYDIS_MNEMONIC_LOOP: case ZYDIS_MNEMONIC_LOOPE: case ZYDIS_MNEMONIC_LOOPNE:
		in->kind = INSN_LOOP;
		break;
	case ZYDIS_MNEMONIC_JMP:
		insn_branch(z, in, false);
		break;
	case ZYDIS_MNEMONIC_CALL:
		insn_branch(z, in, true);
		break;
	case ZYDIS_MNEMONIC_RET:
		insn_return(z, in);
		break;
	case ZYDIS_MNEMONIC_SYSCALL:
		in->kind = INSN_SYSCALL;
		break;
	case ZYDIS_MNEMONIC_SYSENTER:
		insn_outside(in, DBT_INSN_SYSENTER);
		break;
	case ZYDIS_MNEMONIC_INT:
		in->kind = INSN_UNSUPPORTED;
		if (z->raw.imm[0].value.u == 0x80)
			insn_outside(in, DBT_INSN_INT80);
		else if (z->raw.imm[0].value.u == 3)
			in->kind = INSN_TRAP;
		break;
	case ZYDIS_MNEMONIC_RDTSC:
		insn_outside(in, DBT_INSN_RDTSC);
		break;
	case ZYDIS_MNEMONIC_RDTSCP:
		insn_outside(in, DBT_INSN_RDTSCP);
		break;
	case ZYDIS_MNEMONIC_RDPID:
		insn_outside(in, DBT_INSN_RDPID);
		break;
	case ZYDIS_MNEMONIC_RDRAND:
		insn_outside(in, DBT_INSN_RDRAND);
		break;
	case ZYDIS_MNEMONIC_RDSEED:
		insn_outside(in, DBT_INSN_RDSEED);
		break;
	case ZYDIS_MNEMONIC_CPUID:
		insn_outside(in, DBT_INSN_CPUID);
		break;
	case ZYDIS_MNEMONIC_XGETBV:
		insn_outside(in, DBT_INSN_XGETBV);
		break;
	case ZYDIS_MNEMONIC_INT3: case ZYDIS_MNEMONIC_INT1:
		in->kind = INSN_TRAP;
		break;
	case ZYDIS_MNEMONIC_UD0: case ZYDIS_MNEMONIC_UD1: case ZYDIS_MNEMONIC_UD2:
	case ZYDIS_MNEMONIC_HLT:
		in->kind = INSN_FAULT;
		break;
	case ZYDIS_MNEMONIC_XBEGIN:
		in->kind = INSN_XBEGIN;
		break;
	case ZYDIS_MNEMONIC_POPF: case ZYDIS_MNEMONIC_POPFQ:
		in->kind = INSN_POPF;
		break;
	case ZYDIS_MNEMONIC_FNSTENV: case ZYDIS_MNEMONIC_FNSAVE:
	case ZYDIS_MNEMONIC_FXSAVE: case ZYDIS_MNEMONIC_FXSAVE64:
		in->kind = INSN_X87_IMAGE;
		break;
	case ZYDIS_MNEMONIC_XSAVE: case ZYDIS_MNEMONIC_XSAVE64:
	case ZYDIS_MNEMONIC_XSAVEC: case ZYDIS_MNEMONIC_XSAVEC64:
	case ZYDIS_MNEMONIC_XSAVEOPT: case ZYDIS_MNEMONIC_XSAVEOPT64:
		in->kind = INSN_XSAVE;
		break;
	case ZYDIS_MNEMONIC_IRET: case ZYDIS_MNEMONIC_IRETD: case ZYDIS_MNEMONIC_IRETQ:
	case ZYDIS_MNEMONIC_UIRET: case ZYDIS_MNEMONIC_SYSRET: case ZYDIS_MNEMONIC_SYSEXIT:
		in->kind = INSN_UNSUPPORTED;
		break;
	default:
		in->kind = INSN_PLAIN;
		break;
	}
}

static void insn_layout(const ZydisDecodedInstruction *z, struct insn *in)
{
	in->len = z->length;
	in->modrm = z->raw.modrm.offset;
	in->disp_bytes = z->raw.disp.size / 8;
	in->disp = in->disp_bytes ? z->raw.disp.offset : 0;
	in->addr32 = z->address_width == 32;
	in->data16 = z->operand_width == 16;
	in->memory = in->modrm && z->raw.modrm.mod != 3;
	in->rip = in->memory && z->raw.modrm.mod == 0 && z->raw.modrm.rm == 5 &&
		  in->disp_bytes == 4;
	if (in->rip)
		in->target = in->pc + in->len + (uint64_t)z->raw.disp.value;
	else if (z->raw.imm[0].is_relative)
		in->target = in->pc + in->len + (uint64_t)z->raw.imm[0].value.s;
	if (in->rip && in->addr32)
		in->target = (uint32_t)in->target;
}

static int insn_gpr(ZydisRegister r)
{
	ZydisRegister wide = ZydisRegisterGetLargestEnclosing(ZYDIS_MACHINE_MODE_LONG_64, r);

	if (wide < ZYDIS_REGISTER_RAX || wide > ZYDIS_REGISTER_R15)
		return -1;
	return (int)(wide - ZYDIS_REGISTER_RAX);
}

/* ---- where the stack pointer goes ---- */

#define STACK_LITTLE 0x10000

/* Whether an instruction may write rsp otherwise than PUSH and its like do, as far as a
 * look at its opcode and ModRM byte tells; rsp has number 4. */
static bool stack_may_write(const struct insn *in)
{
	const uint8_t *p = in->bytes;
	uint8_t rex = 0, modrm = in->bytes[in->modrm];

	while (*p == 0x66 || *p == 0x67 || *p == 0xf0 || *p == 0xf2 || *p == 0xf3 || *p == 0x64 ||
	       *p == 0x65 || *p == 0x2e || *p == 0x36 || *p == 0x3e || *p == 0x26)
		p++;
	if ((*p & 0xf0) == 0x40)
		rex = *p++;
	if (in->modrm)
		return (modrm >> 3 & 7) == 4 || (modrm >> 6 == 3 && (modrm & 7) == 4) ||
		       *p == 0xc4 /* BMI1 has a destination in the prefix */ ||
		       (in->data16 && (*p == 0x8f || *p == 0xff));
	if (*p == 0x0f)
		return p[1] == 0xcc && !(rex & 1); /* BSWAP */
	if (in->data16 && ((*p & 0xf0) == 0x50 || *p == 0x68 || *p == 0x6a || *p == 0x9c ||
			   *p == 0x9d))
		return true;
	return *p == 0xc8 || *p == 0xc9 || /* ENTER, LEAVE */
	       (!(rex & 1) && (*p == 0x5c || *p == 0xbc || *p == 0x94 || *p == 0xb4));
}

static bool stack_is_little(int64_t move)
{
	return move >= -STACK_LITTLE && move <= STACK_LITTLE && !(move & 7);
}

/* rsp, by a constant: how little it moves is known. */
static bool stack_moves_little(const ZydisDecodedInstruction *z, const ZydisDecodedOperand *op)
{
	if (op[0].type != ZYDIS_OPERAND_TYPE_REGISTER || op[0].reg.value != ZYDIS_REGISTER_RSP)
		return false;
	switch (z->mnemonic) {
	case ZYDIS_MNEMONIC_ADD: case ZYDIS_MNEMONIC_SUB:
		return op[1].type == ZYDIS_OPERAND_TYPE_IMMEDIATE &&
		       stack_is_little(op[1].imm.value.s);
	case ZYDIS_MNEMONIC_AND:
		return op[1].type == ZYDIS_OPERAND_TYPE_IMMEDIATE && op[1].imm.value.s < 0 &&
		       stack_is_little(op[1].imm.value.s);
	case ZYDIS_MNEMONIC_LEA:
		return op[1].mem.base == ZYDIS_REGISTER_RSP &&
		       op[1].mem.index == ZYDIS_REGISTER_NONE &&
		       stack_is_little(op[1].mem.disp.value);
	default:
		return false;
	}
}

static bool stack_is_written(const ZydisDecodedInstruction *z, const ZydisDecodedOperand *op)
{
	bool pushes = z->meta.category == ZYDIS_CATEGORY_PUSH ||
		      z->meta.category == ZYDIS_CATEGORY_POP;

	if ((pushes && z->operand_width == 16) || z->mnemonic == ZYDIS_MNEMONIC_LEAVE ||
	    z->mnemonic == ZYDIS_MNEMONIC_ENTER)
		return true;
	for (int i = 0; i < z->operand_count_visible; i++)
		if (op[i].type == ZYDIS_OPERAND_TYPE_REGISTER && insn_gpr(op[i].reg.value) == REG_RSP &&
		    op[i].actions & ZYDIS_OPERAND_ACTION_MASK_WRITE)
			return true;
	return false;
}

void insn_stack(struct insn *in)
{
	ZydisDecodedInstruction z;
	ZydisDecodedOperand ops[ZYDIS_MAX_OPERAND_COUNT];

	if ((in->kind != INSN_PLAIN && in->kind != INSN_POPF) || !stack_may_write(in) ||
	    !ZYAN_SUCCESS(ZydisDecoderDecodeFull(insn_decoder(false), in->bytes, in->len, &z, ops)))
		return;
	in->stack = stack_is_written(&z, ops) && !stack_moves_little(&z, ops);
	in->seen |= in->stack;
}

/* ---- decoding ---- */

int insn_decode(taddr_t pc, const uint8_t *bytes, size_t n, struct insn *ret)
{
	*ret = (struct insn){ .pc = pc };
	if (quick_decode(bytes, n, ret))
		return 0;
	return insn_decode_full(pc, bytes, n, ret);
}

int insn_decode_full(taddr_t pc, const uint8_t *bytes, size_t n, struct insn *ret)
{
	ZydisDecodedInstruction z;
	ZyanStatus s = ZydisDecoderDecodeInstruction(insn_decoder(true), NULL, bytes, n, &z);

	*ret = (struct insn){ .pc = pc };
	if (s == ZYDIS_STATUS_NO_MORE_DATA && n < sizeof(ret->bytes))
		return -ENODATA;
	if (!ZYAN_SUCCESS(s)) {
		ret->kind = INSN_UNDECODED;
		ret->len = 1;
		ret->seen = true;
		return 0;
	}
	memcpy(ret->bytes, bytes, z.length);
	insn_layout(&z, ret);
	insn_classify(&z, ret);
	flags_classify(z.mnemonic, z.opcode, ret);
	insn_stack(ret);
	return 0;
}

/* ---- operands ---- */

static void insn_use(struct insn_operands *o, ZydisRegister r)
{
	int gpr = insn_gpr(r);

	if (gpr >= 0)
		o->used |= (uint16_t)(1u << gpr);
}

static void insn_memory(const struct insn *in, const ZydisDecodedOperand *op,
			struct insn_operands *o)
{
	insn_use(o, op->mem.base);
	insn_use(o, op->mem.index);
	if (op->actions & ZYDIS_OPERAND_ACTION_MASK_WRITE)
		o->writes = op->mem.type != ZYDIS_MEMOP_TYPE_AGEN;
	if (o->memory || op->visibility == ZYDIS_OPERAND_VISIBILITY_HIDDEN)
		return;
	o->memory = true;
	o->base = in->rip ? -1 : insn_gpr(op->mem.base);
	o->index = insn_gpr(op->mem.index);
	o->scale = op->mem.scale;
	o->disp = in->rip ? (int64_t)in->target : op->mem.disp.value;
	o->segment = op->mem.segment == ZYDIS_REGISTER_FS   ? 4
		     : op->mem.segment == ZYDIS_REGISTER_GS ? 5
							    : 0;
}

void insn_operands(const struct insn *in, struct insn_operands *ret)
{
	ZydisDecodedInstruction z;
	ZydisDecodedOperand ops[ZYDIS_MAX_OPERAND_COUNT];

	*ret = (struct insn_operands){ .base = -1, .index = -1, .reg = -1 };
	if (!ZYAN_SUCCESS(ZydisDecoderDecodeFull(insn_decoder(false), in->bytes, in->len, &z, ops)))
		return;
	ret->wide = z.operand_width == 64;
	for (int i = 0; i < z.operand_count; i++) {
		const ZydisDecodedOperand *op = &ops[i];

		if (op->type == ZYDIS_OPERAND_TYPE_MEMORY) {
			insn_memory(in, op, ret);
		} else if (op->type == ZYDIS_OPERAND_TYPE_REGISTER) {
			insn_use(ret, op->reg.value);
			if (ret->reg < 0 && insn_gpr(op->reg.value) >= 0) {
				ret->reg = insn_gpr(op->reg.value);
				ret->reg_bytes = op->size / 8;
			}
		}
	}
	ret->writes = ret->writes || in->kind == INSN_CALL || in->kind == INSN_CALL_IND;
}

void insn_text(const struct insn *in, char *ret, size_t size)
{
	ZydisDecodedInstruction z;
	ZydisDecodedOperand ops[ZYDIS_MAX_OPERAND_COUNT];
	ZydisFormatter f;

	ret[0] = 0;
	ZydisFormatterInit(&f, ZYDIS_FORMATTER_STYLE_ATT);
	if (ZYAN_SUCCESS(ZydisDecoderDecodeFull(insn_decoder(false), in->bytes, in->len, &z, ops)))
		ZydisFormatterFormatInstruction(&f, &z, ops, z.operand_count_visible, ret, size,
						in->pc, NULL);
}
