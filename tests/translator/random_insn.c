/* SPDX-License-Identifier: MIT */
/*
 * Random instructions: random prefixes, opcodes and operands of all encodings,
 * whose memory operand is replaced by one that points into the data; what does
 * not decode, or does more than compute, is thrown away and tried again.
 */
#include "random_insn.h"

#include <Zydis/Zydis.h>
#include <string.h>

struct draft {
	uint8_t b[32];
	unsigned n;
};

enum form { FORM_REGISTER, FORM_BASE, FORM_INDEX, FORM_RIP, FORMS };

static bool refused[ZYDIS_MNEMONIC_MAX_VALUE + 1];

uint64_t random_next(uint64_t *seed)
{
	uint64_t z = *seed += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

unsigned random_below(uint64_t *seed, unsigned n)
{
	return (unsigned)((random_next(seed) >> 32) * n >> 32);
}

static void put(struct draft *d, unsigned byte)
{
	d->b[d->n++] = (uint8_t)byte;
}

static void put32(struct draft *d, uint32_t v)
{
	memcpy(d->b + d->n, &v, 4);
	d->n += 4;
}

/* ModRM and what belongs to it. Base R15 and index R14 need their extension
 * bits, which the caller has set. */
static void put_operand(uint64_t *seed, struct draft *d, enum form form, bool disp32)
{
	unsigned reg = random_below(seed, 8) << 3;
	int disp = (int)random_below(seed, 32) * 64 - 1024 + (random_below(seed, 4) ? 0 : 1);

	if (form == FORM_REGISTER) {
		put(d, 0xc0 | reg | random_below(seed, 8));
		return;
	}
	if (form == FORM_RIP) {
		put(d, reg | 5);
		put32(d, 0);
		return;
	}
	disp32 = disp32 || random_below(seed, 2);
	put(d, (disp32 ? 0x80 : 0x40) | reg | (form == FORM_INDEX ? 4 : 7));
	if (form == FORM_INDEX)
		put(d, random_below(seed, 4) << 6 | 6 << 3 | 7);
	if (disp32)
		put32(d, (uint32_t)disp);
	else
		put(d, (unsigned)(disp / 16));
}

static void draft_legacy(uint64_t *seed, struct draft *d, enum form form, bool low)
{
	unsigned map = random_below(seed, 8);
	unsigned rex = 0x40 | random_below(seed, 16);

	if (random_below(seed, 4) == 0)
		put(d, 0x66);
	if (random_below(seed, 6) == 0)
		put(d, 0xf2 + random_below(seed, 2));
	if (random_below(seed, 20) == 0)
		put(d, 0xf0);
	if (low && random_below(seed, 30) == 0)
		put(d, 0x67);
	if (form == FORM_BASE || form == FORM_INDEX)
		put(d, rex | 1 | (form == FORM_INDEX ? 2 : 0));
	else if (random_below(seed, 2))
		put(d, rex);
	if (map >= 3)
		put(d, 0x0f);
	if (map == 6)
		put(d, 0x38);
	if (map == 7)
		put(d, 0x3a);
	put(d, random_below(seed, 256));
	put_operand(seed, d, form, false);
}

static void draft_vex(uint64_t *seed, struct draft *d, enum form form)
{
	unsigned last = random_below(seed, 256);
	bool memory = form == FORM_BASE || form == FORM_INDEX;

	if (!memory && random_below(seed, 3) == 0) {
		put(d, 0xc5);
	} else {
		unsigned rxb = random_below(seed, 8) << 5;

		if (memory)
			rxb &= form == FORM_INDEX ? ~0x60u : ~0x20u;
		put(d, 0xc4);
		put(d, rxb | (1 + random_below(seed, 3)));
	}
	put(d, last);
	put(d, random_below(seed, 256));
	put_operand(seed, d, form, false);
}

static void draft_evex(uint64_t *seed, struct draft *d, enum form form)
{
	unsigned p0 = random_below(seed, 16) << 4 | (1 + random_below(seed, 3));
	unsigned p2 = random_below(seed, 256);

	if (form == FORM_BASE)
		p0 &= ~0x20u;
	if (form == FORM_INDEX)
		p0 &= ~0x60u, p2 |= 8;
	put(d, 0x62);
	put(d, p0);
	put(d, random_below(seed, 256) | 4);
	put(d, p2);
	put(d, random_below(seed, 256));
	put_operand(seed, d, form, true);
}

static bool is_known_extension(ZydisISAExt ext)
{
	switch (ext) {
	case ZYDIS_ISA_EXT_BASE: case ZYDIS_ISA_EXT_LONGMODE: case ZYDIS_ISA_EXT_X87:
	case ZYDIS_ISA_EXT_MMX: case ZYDIS_ISA_EXT_SSE: case ZYDIS_ISA_EXT_SSE2:
	case ZYDIS_ISA_EXT_SSE3: case ZYDIS_ISA_EXT_SSSE3: case ZYDIS_ISA_EXT_SSE4:
	case ZYDIS_ISA_EXT_SSE4A: case ZYDIS_ISA_EXT_AVX: case ZYDIS_ISA_EXT_AVX2:
	case ZYDIS_ISA_EXT_AVXAES: case ZYDIS_ISA_EXT_AVX512EVEX: case ZYDIS_ISA_EXT_AVX512VEX:
	case ZYDIS_ISA_EXT_FMA: case ZYDIS_ISA_EXT_FMA4: case ZYDIS_ISA_EXT_XOP:
	case ZYDIS_ISA_EXT_F16C: case ZYDIS_ISA_EXT_BMI1: case ZYDIS_ISA_EXT_BMI2:
	case ZYDIS_ISA_EXT_TBM: case ZYDIS_ISA_EXT_LZCNT: case ZYDIS_ISA_EXT_MOVBE:
	case ZYDIS_ISA_EXT_ADOX_ADCX: case ZYDIS_ISA_EXT_AES: case ZYDIS_ISA_EXT_PCLMULQDQ:
	case ZYDIS_ISA_EXT_VPCLMULQDQ: case ZYDIS_ISA_EXT_VAES: case ZYDIS_ISA_EXT_GFNI:
	case ZYDIS_ISA_EXT_SHA: case ZYDIS_ISA_EXT_AMD3DNOW:
		return true;
	default:
		return false;
	}
}

static bool is_known_category(ZydisInstructionCategory category)
{
	switch (category) {
	case ZYDIS_CATEGORY_COND_BR: case ZYDIS_CATEGORY_UNCOND_BR: case ZYDIS_CATEGORY_CALL:
	case ZYDIS_CATEGORY_RET: case ZYDIS_CATEGORY_INTERRUPT: case ZYDIS_CATEGORY_SYSCALL:
	case ZYDIS_CATEGORY_SYSRET: case ZYDIS_CATEGORY_SYSTEM: case ZYDIS_CATEGORY_IO:
	case ZYDIS_CATEGORY_IOSTRINGOP: case ZYDIS_CATEGORY_STRINGOP: case ZYDIS_CATEGORY_PUSH:
	case ZYDIS_CATEGORY_POP: case ZYDIS_CATEGORY_SEGOP: case ZYDIS_CATEGORY_GATHER:
	case ZYDIS_CATEGORY_SCATTER: case ZYDIS_CATEGORY_XSAVE: case ZYDIS_CATEGORY_XSAVEOPT:
	case ZYDIS_CATEGORY_RDRAND: case ZYDIS_CATEGORY_RDSEED: case ZYDIS_CATEGORY_RDWRFSGS:
	case ZYDIS_CATEGORY_UFMA:
		return false;
	default:
		return true;
	}
}

static bool is_known_mnemonic(ZydisMnemonic m)
{
	switch (m) {
	case ZYDIS_MNEMONIC_LDMXCSR: case ZYDIS_MNEMONIC_VLDMXCSR: case ZYDIS_MNEMONIC_FLDCW:
	case ZYDIS_MNEMONIC_FLDENV: case ZYDIS_MNEMONIC_FRSTOR: case ZYDIS_MNEMONIC_FXRSTOR:
	case ZYDIS_MNEMONIC_FXRSTOR64: case ZYDIS_MNEMONIC_FNSTENV: case ZYDIS_MNEMONIC_FNSAVE:
	case ZYDIS_MNEMONIC_FXSAVE: case ZYDIS_MNEMONIC_FXSAVE64: case ZYDIS_MNEMONIC_CPUID:
	case ZYDIS_MNEMONIC_RDTSC: case ZYDIS_MNEMONIC_RDTSCP: case ZYDIS_MNEMONIC_HLT:
	case ZYDIS_MNEMONIC_UD0: case ZYDIS_MNEMONIC_UD1: case ZYDIS_MNEMONIC_UD2:
	case ZYDIS_MNEMONIC_ENTER: case ZYDIS_MNEMONIC_LEAVE: case ZYDIS_MNEMONIC_LSL:
	case ZYDIS_MNEMONIC_LAR: case ZYDIS_MNEMONIC_VERR: case ZYDIS_MNEMONIC_VERW:
	case ZYDIS_MNEMONIC_RDPMC: case ZYDIS_MNEMONIC_FWAIT: case ZYDIS_MNEMONIC_POPFQ:
	case ZYDIS_MNEMONIC_POPF: case ZYDIS_MNEMONIC_CLI: case ZYDIS_MNEMONIC_STI:
		return false;
	default:
		return true;
	}
}

static bool is_reserved(ZydisRegister r)
{
	ZydisRegisterClass class = ZydisRegisterGetClass(r);

	if (class == ZYDIS_REGCLASS_SEGMENT || class == ZYDIS_REGCLASS_CONTROL ||
	    class == ZYDIS_REGCLASS_DEBUG || class == ZYDIS_REGCLASS_TABLE)
		return true;
	switch (ZydisRegisterGetLargestEnclosing(ZYDIS_MACHINE_MODE_LONG_64, r)) {
	case ZYDIS_REGISTER_RSP: case ZYDIS_REGISTER_R13: case ZYDIS_REGISTER_R14:
	case ZYDIS_REGISTER_R15:
		return true;
	default:
		return false;
	}
}

static bool is_good_operand(const ZydisDecodedInstruction *z, const ZydisDecodedOperand *op)
{
	if (op->type == ZYDIS_OPERAND_TYPE_REGISTER)
		return !(op->actions & ZYDIS_OPERAND_ACTION_MASK_WRITE && is_reserved(op->reg.value)) &&
		       ZydisRegisterGetClass(op->reg.value) != ZYDIS_REGCLASS_SEGMENT;
	if (op->type != ZYDIS_OPERAND_TYPE_MEMORY || op->mem.type == ZYDIS_MEMOP_TYPE_AGEN)
		return true;
	return op->visibility != ZYDIS_OPERAND_VISIBILITY_HIDDEN && op->size <= 512 &&
	       op->mem.segment != ZYDIS_REGISTER_FS && op->mem.segment != ZYDIS_REGISTER_GS &&
	       (op->mem.base == ZYDIS_REGISTER_R15 || op->mem.base == ZYDIS_REGISTER_R15D ||
		op->mem.base == ZYDIS_REGISTER_RIP || op->mem.base == ZYDIS_REGISTER_EIP) &&
	       (op->mem.index == ZYDIS_REGISTER_NONE || op->mem.index == ZYDIS_REGISTER_R14 ||
		op->mem.index == ZYDIS_REGISTER_R14D) && z->mnemonic != ZYDIS_MNEMONIC_BT &&
	       z->mnemonic != ZYDIS_MNEMONIC_BTC && z->mnemonic != ZYDIS_MNEMONIC_BTR &&
	       z->mnemonic != ZYDIS_MNEMONIC_BTS;
}

static bool is_good(const ZydisDecodedInstruction *z, const ZydisDecodedOperand *ops)
{
	if (refused[z->mnemonic] || !is_known_extension(z->meta.isa_ext) ||
	    !is_known_category(z->meta.category) || !is_known_mnemonic(z->mnemonic) ||
	    z->attributes & ZYDIS_ATTRIB_IS_PRIVILEGED)
		return false;
	for (unsigned i = 0; i < z->operand_count; i++)
		if (!is_good_operand(z, &ops[i]))
			return false;
	return true;
}

static void point_at_data(struct random_code *c, uint64_t pc,
			  const ZydisDecodedInstruction *z, uint8_t *bytes)
{
	uint64_t to = c->data + 2048 + random_below(&c->seed, 32) * 64;
	uint32_t disp = (uint32_t)(to - (pc + z->length));

	if (z->raw.disp.size == 32)
		memcpy(bytes + z->raw.disp.offset, &disp, 4);
}

static void decoder_init(ZydisDecoder *d)
{
	ZydisDecoderInit(d, ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64);
}

unsigned random_insn(struct random_code *c, uint64_t pc, uint8_t *ret)
{
	ZydisDecoder decoder;
	ZydisDecodedInstruction z;
	ZydisDecodedOperand ops[ZYDIS_MAX_OPERAND_COUNT];

	decoder_init(&decoder);
	for (;;) {
		struct draft d = { .n = 0 };
		enum form form = random_below(&c->seed, FORMS);
		unsigned encoding = random_below(&c->seed, 8);
		uint64_t immediate = random_next(&c->seed);

		if (encoding < 5)
			draft_legacy(&c->seed, &d, form, c->low);
		else if (encoding < 7)
			draft_vex(&c->seed, &d, form);
		else
			draft_evex(&c->seed, &d, form);
		memcpy(d.b + d.n, &immediate, 8);
		if (!ZYAN_SUCCESS(ZydisDecoderDecodeFull(&decoder, d.b, 15, &z, ops)) ||
		    !is_good(&z, ops))
			continue;
		memcpy(ret, d.b, 15);
		if (form == FORM_RIP && z.raw.modrm.offset && z.raw.modrm.mod == 0 &&
		    z.raw.modrm.rm == 5)
			point_at_data(c, pc, &z, ret);
		return z.length;
	}
}

void random_code_refused(const uint8_t *bytes)
{
	ZydisDecoder decoder;
	ZydisDecodedInstruction z;

	decoder_init(&decoder);
	if (ZYAN_SUCCESS(ZydisDecoderDecodeInstruction(&decoder, NULL, bytes, 15, &z)))
		refused[z.mnemonic] = true;
}
