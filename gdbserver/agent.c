// SPDX-License-Identifier: MIT
#include "gdbserver/agent.h"

#include <errno.h>

#define STACK 64
#define MAX_OPERATIONS 10000

enum operation {
	OP_ADD = 0x02,
	OP_SUB,
	OP_MUL,
	OP_DIV_SIGNED,
	OP_DIV_UNSIGNED,
	OP_REM_SIGNED,
	OP_REM_UNSIGNED,
	OP_LSH,
	OP_RSH_SIGNED,
	OP_RSH_UNSIGNED,
	OP_LOG_NOT = 0x0e,
	OP_BIT_AND,
	OP_BIT_OR,
	OP_BIT_XOR,
	OP_BIT_NOT,
	OP_EQUAL,
	OP_LESS_SIGNED,
	OP_LESS_UNSIGNED,
	OP_EXT,
	OP_REF8,
	OP_REF16,
	OP_REF32,
	OP_REF64,
	OP_IF_GOTO = 0x20,
	OP_GOTO,
	OP_CONST8,
	OP_CONST16,
	OP_CONST32,
	OP_CONST64,
	OP_REG,
	OP_END,
	OP_DUP,
	OP_POP,
	OP_ZERO_EXT,
	OP_SWAP,
	OP_PICK = 0x32,
	OP_ROT,
};

struct machine {
	const struct gdb_agent *agent;
	const uint8_t *code;
	size_t len, pc;
	uint64_t stack[STACK];
	size_t depth;
};

static int push(struct machine *m, uint64_t value)
{
	if (m->depth == STACK)
		return -EINVAL;
	m->stack[m->depth++] = value;
	return 0;
}

static int pop(struct machine *m, uint64_t *ret)
{
	if (!m->depth)
		return -EINVAL;
	*ret = m->stack[--m->depth];
	return 0;
}

/* An operand in the code: bytes, the highest first. */
static int fetch(struct machine *m, unsigned bytes, uint64_t *ret)
{
	uint64_t value = 0;

	if (m->len - m->pc < bytes)
		return -EINVAL;
	while (bytes--)
		value = value << 8 | m->code[m->pc++];
	*ret = value;
	return 0;
}

static int constant(struct machine *m, unsigned bytes)
{
	uint64_t value;
	int err = fetch(m, bytes, &value);

	return err ? err : push(m, value);
}

static int divide(enum operation op, uint64_t a, uint64_t b, uint64_t *ret)
{
	if (!b)
		return -ERANGE;
	/* The one quotient that does not fit wraps around. */
	if (op == OP_DIV_SIGNED)
		*ret = b == UINT64_MAX ? -a : (uint64_t)((int64_t)a / (int64_t)b);
	else if (op == OP_REM_SIGNED)
		*ret = b == UINT64_MAX ? 0 : (uint64_t)((int64_t)a % (int64_t)b);
	else
		*ret = op == OP_DIV_UNSIGNED ? a / b : a % b;
	return 0;
}

static uint64_t shift(enum operation op, uint64_t a, uint64_t b)
{
	if (b > 63)
		return op == OP_RSH_SIGNED && (int64_t)a < 0 ? UINT64_MAX : 0;
	if (op == OP_LSH)
		return a << b;
	return op == OP_RSH_SIGNED ? (uint64_t)((int64_t)a >> b) : a >> b;
}

static int combine(enum operation op, uint64_t a, uint64_t b, uint64_t *ret)
{
	switch (op) {
	case OP_ADD:
		return *ret = a + b, 0;
	case OP_SUB:
		return *ret = a - b, 0;
	case OP_MUL:
		return *ret = a * b, 0;
	case OP_LSH:
	case OP_RSH_SIGNED:
	case OP_RSH_UNSIGNED:
		return *ret = shift(op, a, b), 0;
	case OP_BIT_AND:
		return *ret = a & b, 0;
	case OP_BIT_OR:
		return *ret = a | b, 0;
	case OP_BIT_XOR:
		return *ret = a ^ b, 0;
	case OP_EQUAL:
		return *ret = a == b, 0;
	case OP_LESS_SIGNED:
		return *ret = (int64_t)a < (int64_t)b, 0;
	case OP_LESS_UNSIGNED:
		return *ret = a < b, 0;
	default:
		return divide(op, a, b, ret);
	}
}

static int binary(struct machine *m, enum operation op)
{
	uint64_t a, b, value;
	int err = pop(m, &b);

	if (!err)
		err = pop(m, &a);
	if (!err)
		err = combine(op, a, b, &value);
	return err ? err : push(m, value);
}

static int negate(struct machine *m, enum operation op)
{
	uint64_t a;
	int err = pop(m, &a);

	return err ? err : push(m, op == OP_LOG_NOT ? !a : ~a);
}

static int extend(struct machine *m, bool sign)
{
	uint64_t a, bits;
	int err = fetch(m, 1, &bits);

	if (!err)
		err = pop(m, &a);
	if (err || !bits)
		return err ? err : -EINVAL;
	if (bits < 64) {
		a <<= 64 - bits;
		a = sign ? (uint64_t)((int64_t)a >> (64 - bits)) : a >> (64 - bits);
	}
	return push(m, a);
}

static int reference(struct machine *m, size_t bytes)
{
	uint64_t addr, value = 0;
	int err = pop(m, &addr);

	if (!err)
		err = m->agent->read(m->agent->ctx, addr, &value, bytes);
	return err ? err : push(m, value);
}

static int reg(struct machine *m)
{
	uint64_t n, value;
	int err = fetch(m, 2, &n);

	if (!err)
		err = m->agent->reg(m->agent->ctx, (unsigned)n, &value);
	return err ? err : push(m, value);
}

static int jump(struct machine *m, bool conditional)
{
	uint64_t target, taken = 1;
	int err = fetch(m, 2, &target);

	if (!err && conditional)
		err = pop(m, &taken);
	if (err || !taken)
		return err;
	if (target >= m->len)
		return -EINVAL;
	m->pc = target;
	return 0;
}

static int pick(struct machine *m, uint64_t n)
{
	return n < m->depth ? push(m, m->stack[m->depth - 1 - n]) : -EINVAL;
}

static int pick_operand(struct machine *m)
{
	uint64_t n;
	int err = fetch(m, 1, &n);

	return err ? err : pick(m, n);
}

/* The uppermost of n values goes below the others. */
static int rotate(struct machine *m, size_t n)
{
	uint64_t *top, value;

	if (m->depth < n)
		return -EINVAL;
	top = &m->stack[m->depth - 1];
	value = *top;
	for (; --n; top--)
		top[0] = top[-1];
	*top = value;
	return 0;
}

static int operate(struct machine *m, enum operation op)
{
	uint64_t unused;

	if ((op >= OP_ADD && op <= OP_RSH_UNSIGNED) || (op >= OP_BIT_AND && op <= OP_BIT_XOR) ||
	    (op >= OP_EQUAL && op <= OP_LESS_UNSIGNED))
		return binary(m, op);
	switch (op) {
	case OP_LOG_NOT:
	case OP_BIT_NOT:
		return negate(m, op);
	case OP_EXT:
	case OP_ZERO_EXT:
		return extend(m, op == OP_EXT);
	case OP_REF8:
	case OP_REF16:
	case OP_REF32:
	case OP_REF64:
		return reference(m, 1u << (op - OP_REF8));
	case OP_IF_GOTO:
	case OP_GOTO:
		return jump(m, op == OP_IF_GOTO);
	case OP_CONST8:
	case OP_CONST16:
	case OP_CONST32:
	case OP_CONST64:
		return constant(m, 1u << (op - OP_CONST8));
	case OP_REG:
		return reg(m);
	case OP_DUP:
		return pick(m, 0);
	case OP_POP:
		return pop(m, &unused);
	case OP_SWAP:
		return rotate(m, 2);
	case OP_PICK:
		return pick_operand(m);
	case OP_ROT:
		return rotate(m, 3);
	default:
		return -EOPNOTSUPP;
	}
}

int gdb_agent_evaluate(const struct gdb_agent *agent, const uint8_t *code, size_t len,
		       uint64_t *ret)
{
	struct machine m = { .agent = agent, .code = code, .len = len };

	for (unsigned i = 0; i < MAX_OPERATIONS && m.pc < m.len; i++) {
		enum operation op = m.code[m.pc++];
		int err;

		if (op == OP_END)
			return pop(&m, ret);
		err = operate(&m, op);
		if (err)
			return err;
	}
	return -EINVAL;
}
