/* SPDX-License-Identifier: MIT */
/*
 * Images of registers that XSAVE, XSAVEC and XSAVEOPT store, the same in each run. An
 * image says which components were in use, and XSAVEC and XSAVEOPT leave memory alone
 * where one was not; but whether registers that hold their initial values count as in
 * use is the processor's to decide. Zen's say yes from when they were written until
 * something saves and restores them, as the kernel does when it switches tasks. So the
 * runtime (RT_SETTLE) goes over the image behind the instruction: in use is what does
 * not hold its initial values, and the others are stored, too. XSAVEOPT, which may store
 * as much as XSAVE does, is replaced by it.
 *
 * Source: Intel SDM volume 1, 13.6; AMD APM volume 2, 11.5.
 * Measured: tests/programs/code/register_images_repeat.c
 */
#include <cpuid.h>
#include <string.h>

#include "translator/buffer.h"
#include "translator/build.h"
#include "translator/lookup.h"

/* x87, SSE, AVX, MPX, AVX-512, PKRU; what is behind them in the compacted format (AMX)
 * is left as the processor stores it. */
#define SETTLE_COMPONENTS 0x2ffu
#define SETTLE_ALIGNED 2u /* CPUID leaf 0xd, ECX */
#define SETTLE_MXCSR 0x1f80u

static uint32_t settle_xcr0(void)
{
	uint32_t a, b, c, d;

	if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_OSXSAVE))
		return 0;
	asm volatile("xgetbv" : "=a"(a), "=d"(d) : "c"(0));
	return a;
}

/* The layout is asked for once: CPUID is slow in a virtual machine. */
static uint32_t settle_layout(struct rt_part *parts)
{
	uint32_t mask = settle_xcr0() & SETTLE_COMPONENTS;
	uint32_t bytes, offset, c, d;

	parts[0] = (struct rt_part){ .offset = 32, .words = 8 * 2 };
	parts[1] = (struct rt_part){ .offset = 160, .words = 16 * 2 };
	for (uint32_t i = 2; i < RT_MAX_PARTS; i++) {
		if (!(mask & 1u << i) || !__get_cpuid_count(0xd, i, &bytes, &offset, &c, &d))
			continue;
		parts[i] = (struct rt_part){ .offset = (uint16_t)offset,
					     .words = (uint16_t)(bytes / 8),
					     .align = c & SETTLE_ALIGNED ? 63 : 0 };
	}
	return mask;
}

void settle_init(struct rt_state *s)
{
	static struct rt_part parts[RT_MAX_PARTS];
	static uint32_t mask, fxsave[128] __attribute__((aligned(16)));
	static bool known;

	if (!known) {
		mask = settle_layout(parts);
		asm volatile("fxsave64 %0" : "=m"(fxsave));
	}
	known = true;
	s->settle_entry = RT_SETTLE;
	s->settle_mask = mask;
	s->settle_mxcsr = SETTLE_MXCSR | (uint64_t)fxsave[7] << 32;
	memcpy(s->parts, parts, sizeof(parts));
}

/* RCX, which is in its slot, = where the image of `in` is. */
static void settle_address(struct build *b, const struct insn *in, int segment)
{
	copy_address(b, in, REG_RCX);
	if (!segment)
		return;
	emit_store(&b->e, REG_RDX, ST(RDX));
	/* rdfsbase rdx, or rdgsbase; add it; mov rdx, [slot] */
	emit_bytes(&b->e, (uint8_t[]){ 0xf3, 0x48, 0x0f, 0xae, segment == 4 ? 0xc2 : 0xca }, 5);
	emit_lea(&b->e, REG_RCX, REG_RCX, REG_RDX, 0);
	emit_load(&b->e, REG_RDX, ST(RDX));
}

bool settle_emit(struct build *b, const struct insn *in)
{
	bool compact = in->bytes[in->modrm - 1] == 0xc7;
	struct insn stores = *in;
	struct insn_operands o;
	size_t behind;

	insn_operands(in, &o);
	if (o.segment && !buffer_usable())
		return false;
	if (!compact)
		stores.bytes[in->modrm] = (uint8_t)((in->bytes[in->modrm] & 0xc7) | 4 << 3);
	copy_insn(b, &stores);
	emit_store(&b->e, REG_RCX, ST(RCX));
	build_map(b, in->pc, in, SPILL_RCX);
	settle_address(b, in, o.segment);
	emit_store(&b->e, REG_RCX, ST(IMAGE));
	emit_store_imm(&b->e, ST(SETTLE_COMPACT), compact);
	/* lea rcx, [rip + behind] */
	emit_bytes(&b->e, (uint8_t[]){ 0x48, 0x8d, 0x0d, 0, 0, 0, 0 }, 7);
	behind = emit_offset(&b->e) - 4;
	emit_jmp_mem(&b->e, ST(SETTLE_ENTRY));
	emit_patch(&b->e, behind, emit_here(&b->e));
	return true;
}
