/* SPDX-License-Identifier: MIT */
/*
 * Instructions that move control, and the few others that are more than a copy.
 * All of it leaves the flags alone, and every access to the program's memory
 * (the push of a CALL, the pop of a RET, the load of a target) faults where the
 * instruction's own would, with its registers recoverable.
 */
#include "translator/build.h"
#include "translator/lookup.h"

/* Which indirect branch this is, should its target turn out to be no address. */
static void control_note(struct build *b, struct emit *e, const struct insn *in)
{
	emit_store_imm(e, ST(BRANCH), exits_note(b, (struct exit){ .target = in->pc }));
}

/* The target of an indirect branch is in rcx, rcx in its slot: stops. */
static void control_dynamic(struct build *b, const struct insn *in)
{
	control_note(b, &b->e, in);
	emit_store(&b->e, REG_RCX, ST(TARGET));
	emit_load(&b->e, REG_RCX, ST(RCX));
	exits_stop(b, (struct exit){ .why = (uint8_t)b->path->why,
				     .flags = EXIT_DYNAMIC, .ticks = b->ticks });
}

/* rdx = the index of rcx in the first-level table. */
static void control_index(const struct build *b, struct emit *e)
{
	if (b->c->pext) {
		emit_pext(e, REG_RDX, REG_RCX, ST(L1_MASK));
	} else {
		emit_store(e, REG_RAX, ST(RAX));
		emit_save_flags(e);
		/* mov edx, ecx; and edx, [rt_state.l1_mask] */
		emit_bytes(e, (uint8_t[]){ 0x89, 0xca, 0x23, 0x14, 0x25 }, 5);
		emit_u32(e, ST(L1_MASK));
		emit_restore_flags(e);
		emit_load(e, REG_RAX, ST(RAX));
	}
}

void control_table(const struct build *b, struct emit *e)
{
	control_index(b, e);
	emit_jmp_table(e, RT_L1, REG_RDX);
}

/* To the target in rcx; rcx and rdx are in their slots. */
static void control_jump(struct build *b, const struct insn *in)
{
	if (b->variant != DBT_NORMAL) {
		control_dynamic(b, in);
		return;
	}
	control_note(b, &b->e, in);
	control_table(b, &b->e);
}

static void control_spill(struct build *b)
{
	emit_store(&b->e, REG_RCX, ST(RCX));
	if (b->variant == DBT_NORMAL)
		emit_store(&b->e, REG_RDX, ST(RDX));
}

/* Pushes the address behind the CALL in one store. */
static void control_push(struct build *b, taddr_t pc)
{
	if ((int64_t)pc == (int32_t)pc) {
		emit_u8(&b->e, 0x68);
		emit_u32(&b->e, (uint32_t)pc);
		return;
	}
	emit_bytes(&b->e, (uint8_t[]){ 0xff, 0x35, 0, 0, 0, 0 }, 6);
	build_constant(b, emit_offset(&b->e) - 4, pc, 0);
}

/* The push of an indirect call may change watched memory: look, with the
 * program's registers in place. */
static void control_watch_push(struct build *b)
{
	emit_store(&b->e, REG_RCX, ST(TARGET));
	emit_load(&b->e, REG_RCX, ST(RCX));
	watch_compare(b, 0, EXIT_DYNAMIC);
	emit_load(&b->e, REG_RCX, ST(TARGET));
}

/* The processor predicts a RET well when it returns to behind its CALL, so the
 * program's calls are calls of ours, too:
 *
 *		call 1f
 *		(an indirect entry of the place behind the program's CALL, which
 *		follows)
 *		...
 *	1:	what CALL pushed becomes the program's return address
 *
 * The address lies in the program's stack for a moment in which nothing can
 * stop. The CALL faults where the program's would; spills: what is spilled. */
static void control_call(struct build *b, const struct insn *in, uint8_t spills)
{
	taddr_t pc = in->pc + in->len;
	uint32_t entry;

	build_map(b, in->pc, in, spills);
	b->call_at = emit_call(&b->e);
	entry = lookup_emit_entry(&b->e, pc, 0, b->z->mem.start + b->z->lookup_miss);
	exits_note(b, (struct exit){ .target = pc, .flags = EXIT_LANDING, .jump = entry });
}

void control_called(struct build *b)
{
	const struct insn *in = &b->path->steps[0].in;
	taddr_t pc = in->pc + in->len;

	emit_patch(&b->e, b->call_at, emit_here(&b->e));
	if ((int64_t)pc == (int32_t)pc) { /* mov qword [rsp], pc */
		emit_bytes(&b->e, (uint8_t[]){ 0x48, 0xc7, 0x04, 0x24 }, 4);
		emit_u32(&b->e, (uint32_t)pc);
	} else { /* lea rsp, [rsp + 8] */
		emit_bytes(&b->e, (uint8_t[]){ 0x48, 0x8d, 0x64, 0x24, 8 }, 5);
		control_push(b, pc);
	}
	b->ticks = 0;
	if (in->kind == INSN_CALL_IND) {
		if (b->d->n_watches)
			control_watch_push(b);
		control_jump(b, in);
		return;
	}
	if (b->d->n_watches)
		watch_check(b, in, in->target);
	exits_direct(b, in->target, 0);
}

/* A RET of ours, to where the table says that the target in rcx is. The entry
 * there puts the program's stack right again.
 *
 *	mov rdx, [RT_L1 + rdx * 8]; lea rdx, [rdx - 5]; mov [rsp], rdx; ret */
static void control_ret(struct build *b, const struct insn *in)
{
	control_note(b, &b->e, in);
	control_index(b, &b->e);
	emit_bytes(&b->e, (uint8_t[]){ 0x48, 0x8b, 0x14, 0xd5 }, 4);
	emit_u32(&b->e, RT_L1);
	emit_bytes(&b->e, (uint8_t[]){ 0x48, 0x8d, 0x52, (uint8_t)-RT_RETURN_BYTES }, 4);
	build_map(b, in->pc, in, SPILL_RCX | SPILL_RDX);
	emit_bytes(&b->e, (uint8_t[]){ 0x48, 0x89, 0x14, 0x24, 0xc3 }, 5);
}

/* pop rcx; and what RET imm16 releases besides. A pop that faults has changed
 * nothing. */
static void control_pop(struct build *b, const struct insn *in)
{
	build_map(b, in->pc, in, 0);
	emit_u8(&b->e, 0x59);
	if (in->pops) { /* lea rsp, [rsp + pops] */
		emit_bytes(&b->e, (uint8_t[]){ 0x48, 0x8d, 0xa4, 0x24 }, 4);
		emit_u32(&b->e, in->pops);
	}
}

/* A checked branch goes elsewhere: counts what is pending, looks the target up. */
static taddr_t control_elsewhere(struct build *b, const struct insn *in)
{
	uint32_t i = b->ticks ? exits_add(b, (struct exit){ .why = DBT_EXIT_MISS,
							    .flags = EXIT_DYNAMIC | EXIT_CHECKED }) :
				0;
	struct emit e = build_cold(b, 160);
	taddr_t start = emit_here(&e);
	size_t stop;

	emit_not(&e, REG_RDX);
	emit_lea(&e, REG_RCX, REG_RCX, REG_RDX, 1);
	control_note(b, &e, in);
	if (!i || b->error) {
		control_table(b, &e);
		return start;
	}
	emit_store(&e, REG_RAX, ST(RAX));
	emit_save_flags(&e);
	emit_sub_mem(&e, ST(COUNTER), (uint8_t)b->ticks);
	stop = emit_jcc8(&e, CC_S);
	emit_restore_flags(&e);
	emit_load(&e, REG_RAX, ST(RAX));
	control_table(b, &e);
	emit_bind8(&e, stop);
	emit_restore_flags(&e);
	emit_load(&e, REG_RAX, ST(RAX));
	emit_store(&e, REG_RCX, ST(TARGET));
	emit_load(&e, REG_RDX, ST(RDX));
	emit_load(&e, REG_RCX, ST(RCX));
	emit_jmp(&e, exits_stub(b, i));
	return start;
}

/* A slot has been filled: back to before the jump, for another translation. */
static taddr_t control_bound(struct build *b, const struct insn *in)
{
	uint32_t i = exits_add(b, (struct exit){ .target = in->pc, .ticks = b->ticks,
						 .why = DBT_EXIT_MISS, .flags = EXIT_REBUILD });
	struct emit e = build_cold(b, 32);
	taddr_t start = emit_here(&e);

	if (b->error)
		return start;
	emit_load(&e, REG_RDX, ST(RDX));
	emit_load(&e, REG_RCX, ST(RCX));
	emit_jmp(&e, exits_stub(b, i));
	return start;
}

/* Goes on in the path if the target in rcx is s->to. */
static void control_check(struct build *b, const struct step *s)
{
	size_t ok;

	emit_mov_imm(&b->e, REG_RDX, -s->to);
	emit_lea(&b->e, REG_RCX, REG_RCX, REG_RDX, 0);
	ok = emit_jrcxz8(&b->e);
	emit_jmp(&b->e,
		 s->unbound ? control_bound(b, &s->in) : control_elsewhere(b, &s->in));
	emit_bind8(&b->e, ok);
	emit_load(&b->e, REG_RDX, ST(RDX));
	emit_load(&b->e, REG_RCX, ST(RCX));
}

static void control_return(struct build *b, const struct step *s)
{
	build_map(b, s->in.pc, &s->in, 0);
	control_spill(b);
	if (!s->checked && b->variant == DBT_NORMAL && !s->in.pops) {
		build_map(b, s->in.pc, &s->in, 0);
		emit_bytes(&b->e, (uint8_t[]){ 0x48, 0x8b, 0x0c, 0x24 }, 4); /* mov rcx, [rsp] */
		control_ret(b, &s->in);
		return;
	}
	control_pop(b, &s->in);
	if (s->checked)
		control_check(b, s);
	else
		control_jump(b, &s->in);
}

static void control_indirect(struct build *b, const struct step *s)
{
	const struct insn *in = &s->in;

	build_map(b, in->pc, in, 0);
	control_spill(b);
	build_map(b, in->pc, in, 0);
	copy_operand(b, in, REG_RCX);
	if (in->kind == INSN_CALL_IND) {
		if (s->lands) {
			control_call(b, in, SPILL_RCX);
			return;
		}
		build_map(b, in->pc, in, SPILL_RCX);
		control_push(b, in->pc + in->len);
		if (b->d->n_watches)
			control_watch_push(b);
	}
	if (s->checked)
		control_check(b, s);
	else
		control_jump(b, in);
}

static void control_side(struct build *b, taddr_t target)
{
	b->ticks++;
	b->sides[b->n_sides++] = (struct side){ emit_offset(&b->e) - 4, target, b->ticks };
}

static void control_jcc(struct build *b, const struct insn *in)
{
	build_map(b, in->pc, in, 0);
	if (exits_jcc(b, in->what, in->target)) {
		b->ticks++;
		return;
	}
	emit_bytes(&b->e, (uint8_t[]){ 0x0f, 0x80 | in->what, 0, 0, 0, 0 }, 6);
	control_side(b, in->target);
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

	copy_insn(b, in);
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

static void control_syscall(struct build *b, const struct insn *in)
{
	uint32_t i = exits_add(b, (struct exit){ .target = in->pc + in->len, .ticks = b->ticks,
						 .why = DBT_EXIT_SYSCALL,
						 .insn_bytes = in->len });

	build_map(b, in->pc, in, 0);
	emit_store_imm(&b->e, ST(EXIT), i);
	emit_jmp_mem(&b->e, ST(SYSCALL_ENTRY));
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
		control_jcc(b, in);
		break;
	case INSN_LOOP:
		control_loop(b, in);
		break;
	case INSN_JMP:
		break;
	case INSN_CALL:
		if (s->lands) {
			control_call(b, in, 0);
			break;
		}
		build_map(b, in->pc, in, 0);
		control_push(b, in->pc + in->len);
		break;
	case INSN_RET:
		control_return(b, s);
		break;
	case INSN_JMP_IND:
	case INSN_CALL_IND:
		control_indirect(b, s);
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
		exits_stop(b, (struct exit){ .target = p->next, .ticks = b->ticks,
					     .why = (uint8_t)p->why, .what = p->stop.what,
					     .jump = p->stop.len });
		break;
	case PATH_INDIRECT:
	case PATH_SYSCALL:
		break;
	}
}
