// SPDX-License-Identifier: MIT
// Comparing what a program can see of its registers.
#include <inttypes.h>
#include <stdio.h>
#include <stddef.h>
#include <string.h>

#include "steps.h"

/* TF is the tracer's in the native run; RF is the processor's in faults. */
#define FLAGS_HIDDEN 0x10100u

#define REG(name) { #name, offsetof(struct regs, name) }

static const struct {
	const char *name;
	size_t at;
} names[] = {
	REG(rax), REG(rbx), REG(rcx), REG(rdx), REG(rsi), REG(rdi), REG(rbp), REG(rsp),
	REG(r8), REG(r9), REG(r10), REG(r11), REG(r12), REG(r13), REG(r14), REG(r15),
	REG(rip), REG(eflags), REG(cs), REG(ss), REG(ds), REG(es), REG(fs), REG(gs),
	REG(fs_base), REG(gs_base),
};

bool steps_regs_equal(const struct regs *expected, const struct regs *found)
{
	bool equal = true;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		uint64_t e, f, hidden = names[i].at == offsetof(struct regs, eflags) ? FLAGS_HIDDEN : 0;

		memcpy(&e, (const char *)expected + names[i].at, sizeof(e));
		memcpy(&f, (const char *)found + names[i].at, sizeof(f));
		if (!((e ^ f) & ~hidden))
			continue;
		fprintf(stderr, "\t%s: native %#" PRIx64 ", translated %#" PRIx64 "\n", names[i].name,
			e, f);
		equal = false;
	}
	return equal;
}

/* Bytes of an XSAVE image that tell about the kernel's way of saving, not of the
 * program: what software may use, and XSTATE_BV, which says what was not in its
 * initial state when it was saved.
 * Source: Linux arch/x86/include/uapi/asm/ptrace-abi.h, Intel SDM "XSAVE Area" */
static bool is_bookkeeping(size_t at)
{
	return at >= 464 && at < 576;
}

bool steps_xstate_equal(const struct buf *expected, const struct buf *found)
{
	unsigned printed = 0;

	if (expected->len != found->len) {
		fprintf(stderr, "\tvector state: native %zu bytes, translated %zu\n", expected->len,
			found->len);
		return false;
	}
	for (size_t i = 0; i + 8 <= expected->len && printed < 8; i += 8) {
		if (is_bookkeeping(i) || !memcmp(expected->data + i, found->data + i, 8))
			continue;
		fprintf(stderr, "\tvector state at %zu: native", i);
		for (size_t k = i; k < i + 8; k++)
			fprintf(stderr, " %02x", expected->data[k]);
		fprintf(stderr, ", translated");
		for (size_t k = i; k < i + 8; k++)
			fprintf(stderr, " %02x", found->data[k]);
		fputc('\n', stderr);
		printed++;
	}
	return !printed;
}

/* Source: Linux arch/x86/include/uapi/asm/sigcontext.h: the return address, the
 * ucontext's first 40 bytes, 23 registers, then the pointer to the image. */
taddr_t steps_frame_image(struct task *t, taddr_t rsp)
{
	taddr_t image = 0;

	task_read(t, rsp + 8 + 40 + 23 * 8, &image, sizeof(image));
	return image;
}
