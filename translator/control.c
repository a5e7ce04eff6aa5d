/* SPDX-License-Identifier: MIT */
/*
 * Instructions that move control, and the few others that are more than a copy.
 * All of it leaves the flags alone. Indirect branches are branch.c's.
 */
#include "translator/build.h"

static void control_side(struct build *b, taddr_t target)
{
	b->ticks++;
	b->sides[b->n_sides++] = (struct side){ emit_offset(&b->e) - 4, target, b->ticks };
}

static void control_jcc(struct build *b, const struct step *s)
{
	unsigned cc = s->again ? s->in.what ^ 1u : s->in.what;
	taddr_t side = step_side(s);

	build_map(b, s->in.pc, &s->in, 0);
	if (exits_jcc(b, cc, side)) {
		b->ticks++;
		return;
	}
	emit_bytes(&b->e, (uint8_t[]){ 0x0f, (uint8_t)(0x80 | cc), 0, 0, 0, 0 }, 6);
	control_side(b, side);
}

/* These have 8-bit displacements only:
 *	loop 1f; jmp 2f; 1: jmp side; 2: */
static void control_loop(struct build *b, const struct insn *in)
{
	build_map(b, in->pc, in, 0);
	emit_bytes(&b->e, in->bytes, in->len - 1u);
	emit_bytes(&b->e, (uint8_t[]){ 2, 0xeb, 5, 0xe9, 0, 0, 0, 0 }, 8);
	control_side(b, in->target);
}

/* POPF must not set TF, or the processor would single-step our code. */
static void control_popf(struct build *b, const struct insn *in)
{
	struct emit cold;
	uint32_t i = exits_add(b, (struct exit){ .target = in->pc, .ticks = b->ticks,
						 .why = DBT_EXIT_UNSUPPORTED });

	build_map(b, in->pc, in, 0);
	cold = build_cold(b, 16);
	if (b->error)
		return;
	emit_store(&b->e, REG_RCX, ST(RCX));
	build_map(b, in->pc, in, 0);
	/* movzx ecx, word [rsp]; test ch, 1 */
	emit_bytes(&b->e, (uint8_t[]){ 0x0f, 0xb7, 0x0c, 0x24, 0xf6, 0xc5, 0x01 }, 7);
	emit_jcc(&b->e, CC_NE, emit_here(&cold));
	emit_load(&b->e, REG_RCX, ST(RCX));
	emit_bytes(&b->e, in->bytes, in->len);

	emit_load(&cold, REG_RCX, ST(RCX));
	emit_jmp(&cold, exits_stub(b, i));
}

static struct exit control_image_exit(const struct build *b, const struct insn *in)
{
	return (struct exit){ .target = in->pc + in->len, .ticks = b->ticks,
			      .why = DBT_EXIT_FIP, .insn_bytes = in->len };
}

/* XSAVE stores FIP when bit 0 of EAX asks for the x87 state. The bit is brought
 * to the top of CL without touching flags:
 *	lea ecx, [rax * 8]; lea ecx, [rcx * 8]; lea ecx, [rcx * 2]; movzx ecx, cl */
static void control_xsave(struct build *b, const struct insn *in)
{
	static const uint8_t test[] = {
		0x8d, 0x0c, 0xc5, 0, 0, 0, 0, 0x8d, 0x0c, 0xcd, 0, 0, 0, 0,
		0x8d, 0x0c, 0x4d, 0, 0, 0, 0, 0x0f, 0xb6, 0xc9
	};
	size_t none;
	uint32_t i;

	if (!settle_emit(b, in)) {
		exits_stop(b, (struct exit){ .target = in->pc, .ticks = b->ticks,
					     .why = DBT_EXIT_UNSUPPORTED });
		return;
	}
	build_map(b, in->pc + in->len, NULL, 0);
	i = exits_add(b, control_image_exit(b, in));
	if (b->error)
		return;
	emit_store(&b->e, REG_RCX, ST(RCX));
	emit_bytes(&b->e, test, sizeof(test));
	none = emit_jrcxz8(&b->e);
	emit_load(&b->e, REG_RCX, ST(RCX));
	emit_jmp(&b->e, exits_stub(b, i));
	emit_bind8(&b->e, none);
	emit_load(&b->e, REG_RCX, ST(RCX));
}

/* To the runtime, by the slot at `entry`, which goes on with the program at next, or
 * stops. next 0: it does not go on. */
static void control_runtime(struct build *b, uint32_t exit, taddr_t next, uint32_t entry)
{
	emit_store_imm(&b->e, ST(EXIT), exit);
	emit_store_imm(&b->e, ST(CALL_NEXT), (uint32_t)next);
	emit_store_imm(&b->e, ST(CALL_NEXT) + 4, (uint32_t)(next >> 32));
	emit_store_imm(&b->e, ST(CALL_TICKS), (uint32_t)b->ticks);
	emit_jmp_mem(&b->e, entry);
}

static void control_syscall(struct build *b, const struct insn *in)
{
	uint32_t i = exits_add(b, (struct exit){ .target = in->pc + in->len, .ticks = b->ticks,
						 .why = DBT_EXIT_SYSCALL,
						 .insn_bytes = in->len });

	build_map(b, in->pc, in, 0);
	control_runtime(b, i, in->pc + in->len, ST(SYSCALL_ENTRY));
}

/* A vDSO function becomes a system call with its arguments. RAX, which it may not
 * change before it ends, is spilled. */
static void control_vdso(struct build *b, taddr_t pc)
{
	uint32_t i = exits_add(b, (struct exit){ .target = pc, .ticks = b->ticks,
						 .why = DBT_EXIT_VDSO });

	emit_store(&b->e, REG_RAX, ST(RAX));
	emit_mov_imm(&b->e, REG_RAX, (uint64_t)*space_vdso(b->d, pc));
	control_runtime(b, i, 0, ST(SYSCALL_ENTRY));
}

/* An instruction that is not executed. CPUID the runtime may answer. */
static void control_stop(struct build *b)
{
	const struct path *p = b->path;
	struct exit x = { .target = p->next,
			  .ticks = b->ticks,
			  .why = (uint8_t)p->why,
			  .what = p->stop.what,
			  .next_bytes = p->stop.len };

	if (b->variant == DBT_NORMAL && p->why == DBT_EXIT_INSN && x.what == DBT_INSN_CPUID)
		control_runtime(b, exits_add(b, x), p->next + p->stop.len, ST(CPUID_ENTRY));
	else
		exits_stop(b, x);
}

/* XBEGIN aborts at once, for a reason that gives no hope (EAX 0). */
static void control_xbegin(struct build *b, const struct insn *in)
{
	build_map(b, in->pc, in, 0);
	emit_mov_imm(&b->e, REG_RAX, 0);
}

void control_step(struct build *b, const struct step *s)
{
	const struct insn *in = &s->in;

	switch (in->kind) {
	case INSN_JCC:
		control_jcc(b, s);
		break;
	case INSN_LOOP:
		control_loop(b, in);
		break;
	case INSN_JMP:
		break;
	case INSN_CALL:
		branch_call(b, s, 0);
		break;
	case INSN_RET:
		branch_return(b, s);
		break;
	case INSN_JMP_IND:
	case INSN_CALL_IND:
		branch_indirect(b, s);
		break;
	case INSN_POPF:
		control_popf(b, in);
		break;
	case INSN_XSAVE:
		control_xsave(b, in);
		break;
	case INSN_XBEGIN:
		control_xbegin(b, in);
		break;
	case INSN_SYSCALL:
		control_syscall(b, in);
		break;
	default:
		copy_insn(b, in);
		break;
	}
	if (in->stack)
		branch_check_stack(b, in);
}

void control_end(struct build *b)
{
	const struct path *p = b->path;

	switch (p->end) {
	case PATH_DIRECT:
		exits_direct(b, p->next, b->ticks);
		break;
	case PATH_X87_IMAGE:
		build_map(b, p->next, NULL, 0);
		exits_stop(b, control_image_exit(b, &p->steps[p->n - 1].in));
		break;
	case PATH_STOP:
		build_map(b, p->next, NULL, 0);
		if (p->why == DBT_EXIT_VDSO)
			control_vdso(b, p->next);
		else
			control_stop(b);
		break;
	case PATH_INDIRECT:
	case PATH_SYSCALL:
		break;
	}
}
