/* SPDX-License-Identifier: MIT */
#include "translator/flags.h"

#include <Zydis/Zydis.h>

uint16_t flags_of_cc(unsigned cc)
{
	static const uint16_t reads[8] = {
		FLAG_O, FLAG_C, FLAG_Z, FLAG_C | FLAG_Z,
		FLAG_S, FLAG_P, FLAG_S | FLAG_O, FLAG_S | FLAG_O | FLAG_Z
	};

	return reads[cc >> 1 & 7];
}

/*
 * Instructions that cannot fault with register operands, and their flags. A
 * flag that the manual leaves undefined is not "killed", but for AF after AND,
 * OR, XOR and TEST, which every processor clears. Shifts kill nothing, as a
 * count of 0 leaves the flags alone.
 */
static bool flags_known(int mnemonic, uint8_t opcode, struct insn *in)
{
	switch (mnemonic) {
	case ZYDIS_MNEMONIC_ADD: case ZYDIS_MNEMONIC_SUB: case ZYDIS_MNEMONIC_CMP:
	case ZYDIS_MNEMONIC_NEG: case ZYDIS_MNEMONIC_AND: case ZYDIS_MNEMONIC_OR:
	case ZYDIS_MNEMONIC_XOR: case ZYDIS_MNEMONIC_TEST: case ZYDIS_MNEMONIC_XADD:
	case ZYDIS_MNEMONIC_POPCNT:
		in->kills = FLAG_ALL;
		return true;
	case ZYDIS_MNEMONIC_ADC: case ZYDIS_MNEMONIC_SBB:
		in->reads = FLAG_C;
		in->kills = FLAG_ALL;
		return true;
	case ZYDIS_MNEMONIC_INC: case ZYDIS_MNEMONIC_DEC:
		in->kills = FLAG_ALL & ~FLAG_C;
		return true;
	case ZYDIS_MNEMONIC_CLC: case ZYDIS_MNEMONIC_STC: case ZYDIS_MNEMONIC_BT:
		in->kills = FLAG_C;
		return true;
	case ZYDIS_MNEMONIC_CMOVB: case ZYDIS_MNEMONIC_CMOVBE: case ZYDIS_MNEMONIC_CMOVL:
	case ZYDIS_MNEMONIC_CMOVLE: case ZYDIS_MNEMONIC_CMOVNB: case ZYDIS_MNEMONIC_CMOVNBE:
	case ZYDIS_MNEMONIC_CMOVNL: case ZYDIS_MNEMONIC_CMOVNLE: case ZYDIS_MNEMONIC_CMOVNO:
	case ZYDIS_MNEMONIC_CMOVNP: case ZYDIS_MNEMONIC_CMOVNS: case ZYDIS_MNEMONIC_CMOVNZ:
	case ZYDIS_MNEMONIC_CMOVO: case ZYDIS_MNEMONIC_CMOVP: case ZYDIS_MNEMONIC_CMOVS:
	case ZYDIS_MNEMONIC_CMOVZ:
	case ZYDIS_MNEMONIC_SETB: case ZYDIS_MNEMONIC_SETBE: case ZYDIS_MNEMONIC_SETL:
	case ZYDIS_MNEMONIC_SETLE: case ZYDIS_MNEMONIC_SETNB: case ZYDIS_MNEMONIC_SETNBE:
	case ZYDIS_MNEMONIC_SETNL: case ZYDIS_MNEMONIC_SETNLE: case ZYDIS_MNEMONIC_SETNO:
	case ZYDIS_MNEMONIC_SETNP: case ZYDIS_MNEMONIC_SETNS: case ZYDIS_MNEMONIC_SETNZ:
	case ZYDIS_MNEMONIC_SETO: case ZYDIS_MNEMONIC_SETP: case ZYDIS_MNEMONIC_SETS:
	case ZYDIS_MNEMONIC_SETZ:
		in->reads = flags_of_cc(opcode & 15);
		return true;
	case ZYDIS_MNEMONIC_MOV:
		/* not to segment, control and debug registers, not moffs */
		return (opcode >= 0x88 && opcode <= 0x8c) || opcode >= 0xb0;
	case ZYDIS_MNEMONIC_MOVZX: case ZYDIS_MNEMONIC_MOVSX: case ZYDIS_MNEMONIC_MOVSXD:
	case ZYDIS_MNEMONIC_CBW: case ZYDIS_MNEMONIC_CWDE: case ZYDIS_MNEMONIC_CDQE:
	case ZYDIS_MNEMONIC_CWD: case ZYDIS_MNEMONIC_CDQ: case ZYDIS_MNEMONIC_CQO:
	case ZYDIS_MNEMONIC_BSWAP: case ZYDIS_MNEMONIC_NOT: case ZYDIS_MNEMONIC_XCHG:
	case ZYDIS_MNEMONIC_SHL: case ZYDIS_MNEMONIC_SHR: case ZYDIS_MNEMONIC_SAR:
	case ZYDIS_MNEMONIC_IMUL: case ZYDIS_MNEMONIC_ENDBR64:
	case ZYDIS_MNEMONIC_MOVAPS: case ZYDIS_MNEMONIC_MOVDQA:
	case ZYDIS_MNEMONIC_XORPS:
		return true;
	case ZYDIS_MNEMONIC_MOVD: case ZYDIS_MNEMONIC_MOVQ: case ZYDIS_MNEMONIC_PXOR:
		/* the MMX forms report pending x87 exceptions */
		return in->bytes[0] == 0x66 || in->bytes[0] == 0xf3;
	default:
		return false;
	}
}

void flags_classify(int mnemonic, uint8_t opcode, struct insn *in)
{
	if (in->kind != INSN_PLAIN) {
		in->seen = in->kind != INSN_JMP;
		return;
	}
	if (mnemonic == ZYDIS_MNEMONIC_LEA || mnemonic == ZYDIS_MNEMONIC_NOP)
		return;
	in->seen = in->memory || !flags_known(mnemonic, opcode, in);
}

bool flags_dead(const struct insn *const *insns, size_t n)
{
	uint16_t live = FLAG_ALL;

	for (size_t i = 0; i < n; i++) {
		if (insns[i]->seen || insns[i]->reads & live)
			return false;
		live &= (uint16_t)~insns[i]->kills;
		if (!live)
			return true;
	}
	return false;
}
