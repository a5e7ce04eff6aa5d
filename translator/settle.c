/* SPDX-License-Identifier: MIT */
/*
 * Images of registers (XSAVE and its kin, FXSAVE, FNSTENV, FNSAVE) that are the same
 * in each run. An image says which components were in use, and XSAVEC leaves memory
 * as it is where one was not; but whether registers that hold their initial values
 * count as in use is the processor's to decide. Zen's say yes from when they were
 * written until the kernel saves and restores them for another task, then no. The
 * same goes for the address of the last x87 instruction, which they save only while
 * an exception is pending. So the runtime saves and restores the registers itself in
 * front of such an instruction, with what is initial marked as such (RT_SETTLE).
 *
 * Source: Intel SDM volume 1, 13.6; AMD APM volume 2, 11.5.
 * Measured: tests/programs/code/register_images_repeat.c
 */
#include <cpuid.h>
#include <string.h>

#include "translator/build.h"
#include "translator/lookup.h"

#define SETTLE_X87 1u
/* x87, SSE, AVX, MPX, AVX-512, PKRU: what is never larger than RT_XSAVE. */
#define SETTLE_COMPONENTS 0x2ffu

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

	for (uint32_t i = 2; i < RT_MAX_PARTS; i++) {
		if (!(mask & 1u << i))
			continue;
		if (__get_cpuid_count(0xd, i, &bytes, &offset, &c, &d) && bytes &&
		    offset + bytes <= RT_XSAVE_BYTES)
			parts[i] = (struct rt_part){ (uint16_t)offset, (uint16_t)(bytes / 8) };
		else
			mask &= ~(1u << i);
	}
	return mask;
}

void settle_init(struct rt_state *s)
{
	static struct rt_part parts[RT_MAX_PARTS];
	static uint32_t mask;
	static bool known;

	if (!known)
		mask = settle_layout(parts);
	known = true;
	s->settle_entry = RT_SETTLE;
	s->settle_mask = mask;
	memcpy(s->parts, parts, sizeof(parts));
}

void settle_emit(struct build *b, bool x87_only)
{
	size_t behind;

	emit_store_imm(&b->e, ST(SETTLE_ALWAYS), x87_only ? SETTLE_X87 : 0);
	emit_store(&b->e, REG_RCX, ST(RCX));
	/* lea rcx, [rip + behind] */
	emit_bytes(&b->e, (uint8_t[]){ 0x48, 0x8d, 0x0d, 0, 0, 0, 0 }, 7);
	behind = emit_offset(&b->e) - 4;
	emit_jmp_mem(&b->e, ST(SETTLE_ENTRY));
	emit_patch(&b->e, behind, emit_here(&b->e));
}
