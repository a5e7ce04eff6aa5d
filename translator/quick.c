/* SPDX-License-Identifier: MIT */
#include "translator/quick.h"

#include <string.h>

#include "translator/flags.h"

/* What follows an opcode. */
enum {
	Q_SLOW = 0,
	Q_TAKEN = 1,
	Q_MODRM = 2,
	Q_IMM8 = 4,
	Q_IMMZ = 8,  /* 32 bits, 16 with the 66h prefix */
	Q_REL8 = 16,
	Q_REL32 = 32,
	Q_IMM16 = 64,
};

#define M (Q_TAKEN | Q_MODRM)
#define MI (M | Q_IMM8)

// clang-format off
static const uint8_t one_byte[256] = {
	[0x00 ... 0x03] = M, [0x04] = Q_TAKEN | Q_IMM8, [0x05] = Q_TAKEN | Q_IMMZ,
	[0x08 ... 0x0b] = M, [0x0c] = Q_TAKEN | Q_IMM8, [0x0d] = Q_TAKEN | Q_IMMZ,
	[0x10 ... 0x13] = M, [0x14] = Q_TAKEN | Q_IMM8, [0x15] = Q_TAKEN | Q_IMMZ,
	[0x18 ... 0x1b] = M, [0x1c] = Q_TAKEN | Q_IMM8, [0x1d] = Q_TAKEN | Q_IMMZ,
	[0x20 ... 0x23] = M, [0x24] = Q_TAKEN | Q_IMM8, [0x25] = Q_TAKEN | Q_IMMZ,
	[0x28 ... 0x2b] = M, [0x2c] = Q_TAKEN | Q_IMM8, [0x2d] = Q_TAKEN | Q_IMMZ,
	[0x30 ... 0x33] = M, [0x34] = Q_TAKEN | Q_IMM8, [0x35] = Q_TAKEN | Q_IMMZ,
	[0x38 ... 0x3b] = M, [0x3c] = Q_TAKEN | Q_IMM8, [0x3d] = Q_TAKEN | Q_IMMZ,
	[0x50 ... 0x5f] = Q_TAKEN,
	[0x63] = M,
	[0x69] = M | Q_IMMZ, [0x6a] = Q_TAKEN | Q_IMM8, [0x6b] = MI,
	[0x70 ... 0x7f] = Q_TAKEN | Q_REL8,
	[0x80] = MI, [0x81] = M | Q_IMMZ, [0x83] = MI,
	[0x84 ... 0x8b] = M,
	[0x8d] = M,
	[0x90 ... 0x99] = Q_TAKEN,
	[0xa8] = Q_TAKEN | Q_IMM8, [0xa9] = Q_TAKEN | Q_IMMZ,
	[0xb0 ... 0xb7] = Q_TAKEN | Q_IMM8,
	[0xb8 ... 0xbf] = Q_TAKEN | Q_IMMZ,
	[0xc0 ... 0xc1] = MI,
	[0xc2] = Q_TAKEN | Q_IMM16, [0xc3] = Q_TAKEN,
	[0xc6] = MI, [0xc7] = M | Q_IMMZ,
	[0xc9] = Q_TAKEN,
	[0xd0 ... 0xd3] = M,
	[0xe8 ... 0xe9] = Q_TAKEN | Q_REL32, [0xeb] = Q_TAKEN | Q_REL8,
	[0xf6 ... 0xf7] = M,
	[0xfe ... 0xff] = M,
};

static const uint8_t two_bytes[256] = {
	[0x05] = Q_TAKEN,
	[0x10 ... 0x17] = M,
	[0x1f] = M,
	[0x28 ... 0x2f] = M,
	[0x40 ... 0x4f] = M,
	[0x50 ... 0x6f] = M,
	[0x70] = MI,
	[0x74 ... 0x76] = M,
	[0x7e ... 0x7f] = M,
	[0x80 ... 0x8f] = Q_TAKEN | Q_REL32,
	[0x90 ... 0x9f] = M,
	[0xa3] = M, [0xa4] = MI, [0xa5] = M, [0xac] = MI, [0xad] = M,
	[0xab] = M, [0xaf] = M, [0xb0 ... 0xb1] = M, [0xb3] = M,
	[0xb6 ... 0xb7] = M, [0xbb ... 0xbf] = M,
	[0xc0 ... 0xc1] = M, [0xc2] = MI, [0xc4 ... 0xc6] = MI,
	[0xc8 ... 0xcf] = Q_TAKEN,
	[0xd1 ... 0xfe] = M,
};
// clang-format on

struct quick {
	const uint8_t *b;
	size_t n, at;
	uint8_t rex, opcode, reg, mod;
	bool data16, repeats; /* F2 or F3 */
	uint8_t map;	      /* 0, 1 (0F), or 2: VEX and EVEX, no flags */
};

static bool quick_prefixes(struct quick *q)
{
	for (; q->at < 4; q->at++) {
		switch (q->b[q->at]) {
		case 0x66:
			q->data16 = true;
			break;
		case 0xf2:
		case 0xf3:
			q->repeats = true;
			break;
		case 0x2e:
		case 0x64:
		case 0x65:
			break;
		default:
			if ((q->b[q->at] & 0xf0) == 0x40)
				q->rex = q->b[q->at++];
			return true;
		}
	}
	return false;
}

/* ModRM, SIB and displacement. */
static void quick_operand(struct quick *q, struct insn *in)
{
	uint8_t modrm = q->b[q->at], rm = modrm & 7;

	in->modrm = (uint8_t)q->at++;
	q->mod = modrm >> 6;
	q->reg = modrm >> 3 & 7;
	if (q->mod == 3)
		return;
	in->memory = true;
	in->disp_bytes = q->mod == 1 ? 1 : q->mod == 2 ? 4 : 0;
	if (rm == 4 && (q->b[q->at++] & 7) == 5 && q->mod == 0)
		in->disp_bytes = 4;
	if (q->mod == 0 && rm == 5) {
		in->rip = true;
		in->disp_bytes = 4;
	}
	in->disp = in->disp_bytes ? (uint8_t)q->at : 0;
	q->at += in->disp_bytes;
}

static int64_t quick_relative(const struct quick *q, unsigned bytes)
{
	int32_t d;

	if (bytes == 1)
		return (int8_t)q->b[q->at - 1];
	memcpy(&d, q->b + q->at - 4, 4);
	return d;
}

static void quick_target(const struct quick *q, struct insn *in, unsigned bytes)
{
	in->target = in->pc + q->at + (uint64_t)quick_relative(q, bytes);
}

static bool quick_flags_alu(unsigned operation, struct insn *in)
{
	in->kills = FLAG_ALL;
	in->reads = operation == 2 || operation == 3 ? FLAG_C : 0; /* ADC, SBB */
	return true;
}

static bool quick_flags_incdec(struct insn *in)
{
	in->kills = FLAG_ALL & ~FLAG_C;
	return true;
}

/* As flags_known(): whether the register form cannot fault, and its flags. */
static bool quick_flags_one(const struct quick *q, struct insn *in)
{
	uint8_t op = q->opcode;

	if (op < 0x40)
		return quick_flags_alu(op >> 3, in);
	switch (op) {
	case 0x80: case 0x81: case 0x83:
		return quick_flags_alu(q->reg, in);
	case 0x84: case 0x85: case 0xa8: case 0xa9:
		return quick_flags_alu(7, in);
	case 0x63: case 0x69: case 0x6b: case 0x86 ... 0x8b: case 0x90 ... 0x99:
	case 0xb0 ... 0xbf: case 0xc6: case 0xc7:
		return true;
	case 0xc0: case 0xc1: case 0xd0 ... 0xd3:
		return q->reg == 4 || q->reg == 5 || q->reg == 7;
	case 0xf6: case 0xf7:
		if (q->reg < 2 || q->reg == 3)
			return quick_flags_alu(7, in);
		return q->reg == 2 || q->reg == 5;
	case 0xfe: case 0xff:
		return q->reg < 2 && quick_flags_incdec(in);
	default:
		return false;
	}
}

static bool quick_flags_two(const struct quick *q, struct insn *in)
{
	switch (q->opcode) {
	case 0x40 ... 0x4f: case 0x90 ... 0x9f:
		in->reads = flags_of_cc(q->opcode & 15);
		return true;
	case 0xa3:
		in->kills = FLAG_C;
		return true;
	case 0xc0: case 0xc1:
		return quick_flags_alu(0, in);
	case 0xaf: case 0xb6: case 0xb7: case 0xbe: case 0xbf: case 0xc8 ... 0xcf:
	case 0x28: case 0x29:
		return true;
	case 0x57:
		return !q->data16 && !q->repeats;
	case 0xef:
		return q->data16;
	default:
		return false;
	}
}

static void quick_flags(const struct quick *q, struct insn *in)
{
	bool known = q->map == 0 ? quick_flags_one(q, in) :
		     q->map == 1 && quick_flags_two(q, in);

	if ((q->map == 0 && q->opcode == 0x8d) || (q->map == 1 && q->opcode == 0x1f))
		return; /* LEA, NOP: no access */
	in->seen = in->memory || !known;
}

/* Kinds of the one-byte map; false: not decided here. */
static bool quick_kind_one(const struct quick *q, struct insn *in)
{
	switch (q->opcode) {
	case 0x70 ... 0x7f:
		in->kind = INSN_JCC;
		in->what = q->opcode & 15;
		quick_target(q, in, 1);
		return true;
	case 0xe8:
	case 0xe9:
		in->kind = q->opcode == 0xe8 ? INSN_CALL : INSN_JMP;
		quick_target(q, in, 4);
		return true;
	case 0xeb:
		in->kind = INSN_JMP;
		quick_target(q, in, 1);
		return true;
	case 0xc2:
		in->pops = (uint16_t)(q->b[q->at - 2] | q->b[q->at - 1] << 8);
		in->kind = INSN_RET;
		return true;
	case 0xc3:
		in->kind = INSN_RET;
		return true;
	case 0x8d: /* LEA of a register is none */
		return q->mod != 3;
	case 0x90: /* with F3: PAUSE */
		return !q->repeats;
	case 0xc6: case 0xc7: /* the other forms are XABORT and XBEGIN */
		return q->reg == 0;
	case 0xc0: case 0xc1: case 0xd0 ... 0xd3:
		return q->reg != 6;
	case 0xfe:
		return q->reg < 2;
	case 0xff:
		if (q->reg == 2 || q->reg == 4)
			in->kind = q->reg == 2 ? INSN_CALL_IND : INSN_JMP_IND;
		return q->reg != 3 && q->reg != 5 && q->reg != 7;
	default:
		return true;
	}
}

static bool quick_kind_two(const struct quick *q, struct insn *in)
{
	if ((q->opcode & 0xf0) == 0x80) {
		in->kind = INSN_JCC;
		in->what = q->opcode & 15;
		quick_target(q, in, 4);
	} else if (q->opcode == 0x05) {
		in->kind = INSN_SYSCALL;
	}
	return true;
}

/* Immediates: the length of those that depend on more than the opcode. */
static void quick_immediates(struct quick *q, uint8_t form)
{
	if (q->map == 0 && (q->opcode & 0xf8) == 0xb8 && q->rex & 8)
		q->at += 8;
	else if (form & Q_IMMZ)
		q->at += q->data16 && !(q->rex & 8) ? 2 : 4;
	if (q->map == 0 && q->opcode == 0xf6 && q->reg < 2)
		q->at++;
	if (q->map == 0 && q->opcode == 0xf7 && q->reg < 2)
		q->at += q->data16 && !(q->rex & 8) ? 2 : 4;
	if (form & (Q_IMM8 | Q_REL8))
		q->at++;
	if (form & Q_REL32)
		q->at += 4;
	if (form & Q_IMM16)
		q->at += 2;
}

/* VEX and EVEX: an immediate in map 3, and for a few opcodes of map 1. */
static uint8_t quick_vector(struct quick *q)
{
	uint8_t first = q->b[q->at];
	uint8_t map = first == 0xc5 ? 1 : q->b[q->at + 1] & (first == 0xc4 ? 0x1f : 0x0f);

	if (q->rex || q->data16 || q->repeats || !map || map > 3)
		return Q_SLOW;
	q->at += first == 0xc5 ? 2 : first == 0xc4 ? 3 : 4;
	q->opcode = q->b[q->at++];
	q->map = 2;
	if (map == 1 && (q->opcode == 0x77 || (q->opcode & 0xf0) == 0x80))
		return Q_SLOW;
	if (map == 3 || (map == 1 && ((q->opcode >= 0x70 && q->opcode <= 0x73) ||
				      q->opcode == 0xc2 ||
				      (q->opcode >= 0xc4 && q->opcode <= 0xc6))))
		return MI;
	return M;
}

static uint8_t quick_opcode(struct quick *q)
{
	uint8_t b = q->b[q->at];

	if (b == 0xc4 || b == 0xc5 || b == 0x62)
		return quick_vector(q);
	q->opcode = b;
	q->at++;
	if (b != 0x0f)
		return q->repeats && b != 0xc3 ? Q_SLOW : one_byte[b];
	q->opcode = q->b[q->at++];
	q->map = 1;
	return two_bytes[q->opcode];
}

bool quick_decode(const uint8_t *bytes, size_t n, struct insn *ret)
{
	struct quick q = { .b = bytes, .n = n };
	uint8_t form;

	/* operands are read without asking: no instruction of ours gets longer */
	if (n < sizeof(ret->bytes) || !quick_prefixes(&q))
		return false;
	form = quick_opcode(&q);
	if (form == Q_SLOW)
		return false;
	if (form & Q_MODRM)
		quick_operand(&q, ret);
	quick_immediates(&q, form);
	ret->kind = INSN_PLAIN;
	if (q.at > sizeof(ret->bytes) ||
	    !(q.map == 0 ? quick_kind_one(&q, ret) : q.map == 2 || quick_kind_two(&q, ret)) ||
	    (q.data16 && ret->kind != INSN_PLAIN))
		return false;
	ret->len = (uint8_t)q.at;
	ret->data16 = q.data16 && !(q.rex & 8);
	if (ret->rip)
		ret->target = ret->pc + ret->len +
			      (uint64_t)(int64_t)(int32_t)(bytes[ret->disp] |
							   (uint32_t)bytes[ret->disp + 1] << 8 |
							   (uint32_t)bytes[ret->disp + 2] << 16 |
							   (uint32_t)bytes[ret->disp + 3] << 24);
	if (ret->kind == INSN_PLAIN)
		quick_flags(&q, ret);
	else
		ret->seen = ret->kind != INSN_JMP;
	memcpy(ret->bytes, bytes, sizeof(ret->bytes));
	insn_stack(ret);
	return true;
}
