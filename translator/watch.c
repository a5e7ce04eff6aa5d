/* SPDX-License-Identifier: MIT */
/*
 * Watched memory: behind each instruction that may write memory, each watched
 * range is compared with the copy in the state page,
 *
 *	mov   [rt_state.rax], rax ; lahf; seto al ; mov [rt_state.flags], rax
 *	mov   rax, address ; mov rax, [rax] ; cmp rax, [copy]
 *	jne   changed
 *	mov   rax, [rt_state.flags] ; add al, 0x7f; sahf ; mov rax, [rt_state.rax]
 */
#include "translator/build.h"

/* opcode for `bytes` wide: mov reg, [rax]; the copy is compared as 8 bytes, so
 * the value is zero-extended. 3, 5, 6 and 7 bytes are two or three pieces. */
static void watch_load(struct emit *e, taddr_t address, unsigned bytes)
{
	emit_mov_imm(e, REG_RAX, address);
	if (bytes == 8)
		emit_bytes(e, (uint8_t[]){ 0x48, 0x8b, 0x00 }, 3);
	else if (bytes == 4)
		emit_bytes(e, (uint8_t[]){ 0x8b, 0x00 }, 2);
	else if (bytes == 2)
		emit_bytes(e, (uint8_t[]){ 0x0f, 0xb7, 0x00 }, 3);
	else
		emit_bytes(e, (uint8_t[]){ 0x0f, 0xb6, 0x00 }, 3);
}

static void watch_piece(struct build *b, unsigned i, unsigned offset, unsigned bytes,
			size_t *ret_at)
{
	uint32_t copy = RT_STATE + RT_O_WATCH + i * 8 + offset;

	watch_load(&b->e, b->d->watches[i].start + offset, bytes);
	/* cmp rax/eax/ax/al, [copy] */
	if (bytes == 2)
		emit_u8(&b->e, 0x66);
	if (bytes == 8)
		emit_u8(&b->e, 0x48);
	emit_bytes(&b->e, (uint8_t[]){ bytes == 1 ? 0x3a : 0x3b, 0x04, 0x25 }, 3);
	emit_u32(&b->e, copy);
	emit_bytes(&b->e, (uint8_t[]){ 0x0f, 0x80 | CC_NE, 0, 0, 0, 0 }, 6);
	*ret_at = emit_offset(&b->e) - 4;
}

static void watch_one(struct build *b, unsigned i, taddr_t pc, uint8_t flags)
{
	unsigned left = b->d->watches[i].bytes, offset = 0;
	uint32_t x = exits_add(b, (struct exit){ .target = pc, .ticks = b->ticks,
						 .flags = flags, .why = DBT_EXIT_WATCH,
						 .what = (uint8_t)i });
	struct emit cold = build_cold(b, 32);
	taddr_t changed = emit_here(&cold);

	if (b->error)
		return;
	while (left) {
		unsigned piece = left >= 8 ? 8 : left >= 4 ? 4 : left >= 2 ? 2 : 1;
		size_t at;

		watch_piece(b, i, offset, piece, &at);
		emit_patch(&b->e, at, changed);
		offset += piece;
		left -= piece;
	}
	emit_give_flags(&cold, ST(RAX), ST(FLAGS));
	emit_jmp(&cold, exits_stub(b, x));
}

/* The supervisor writes to x87 images and compares then: dbt_watch_changed(). */
static bool watch_may_write(const struct insn *in)
{
	struct insn_operands o;

	if (in->kind == INSN_X87_IMAGE || in->kind == INSN_CALL_IND)
		return false;
	insn_operands(in, &o);
	return o.writes;
}

void watch_compare(struct build *b, taddr_t pc, uint8_t flags)
{
	emit_keep_flags(&b->e, ST(RAX), ST(FLAGS));
	for (unsigned i = 0; i < RT_MAX_WATCHES; i++)
		if (b->d->watches[i].bytes)
			watch_one(b, i, pc, flags);
	emit_give_flags(&b->e, ST(RAX), ST(FLAGS));
}

void watch_check(struct build *b, const struct insn *in, taddr_t pc)
{
	if (!watch_may_write(in))
		return;
	build_map(b, pc, NULL, 0);
	watch_compare(b, pc, 0);
}
