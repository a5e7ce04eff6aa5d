// SPDX-License-Identifier: MIT
// Images of the x87 state that the program has just stored: what they say of its last
// x87 instruction is put right.
#include <string.h>

#include "tracee/stops.h"

#define STATUS_ES 0x80 /* an exception is pending */

/*
 * Whether what is known of the last x87 instruction outlives a switch of tasks. AMD's
 * processors save the addresses of it and of its operand only while an exception is
 * pending, and say 0 then; and the segments, which Intel's no longer tell, never.
 * Source: AMD APM volume 5, "FXSAVE"; Measured: tests/translator/x87_images.S
 */
static bool x87_lasts(void)
{
	static uint8_t image[512] __attribute__((aligned(16)));
	static bool known;
	uint8_t own[108];

	if (!known)
		asm volatile("fnsave %0\n fldz\n fxsave64 %1\n frstor %0" : "=m"(own), "=m"(image));
	known = true;
	return image[8] || image[9];
}

static void forget(struct task *t, taddr_t at, size_t bytes)
{
	static const uint8_t zeros[8];

	os_write(t->os_tid, at, zeros, bytes);
}

/* Makes it what it is when the kernel has just switched tasks. FNSTENV stores fields of
 * 4 or 2 bytes each: control, status, tag; FIP; its segment and (4 bytes) the opcode;
 * the operand's address; its segment.
 * Source: Intel SDM volume 1, 8.1.10 "Saving the x87 FPU's State", 10.5.1 "FXSAVE Area" */
static void forget_last(struct task *t, const struct dbt_stop *stop)
{
	size_t field = stop->fip_bytes;
	taddr_t fip = stop->fip_addr;
	uint8_t status = STATUS_ES;

	if (stop->fip_env &&
	    os_read(t->os_tid, fip - 2 * field, &status, sizeof(status)) == sizeof(status) &&
	    !(status & STATUS_ES)) {
		forget(t, fip, 2 * field);
		forget(t, fip + 2 * field, field);
	}
	if (field < 8) {
		forget(t, fip + field, 2);
		forget(t, fip + (stop->fip_env ? 3 * field : 12), 2);
	}
}

void stops_fix_image(struct task *t, const struct dbt_stop *stop)
{
	uint64_t fip = 0;
	size_t bytes = stop->fip_bytes;

	if (!bytes || bytes > sizeof(fip))
		return;
	if (!x87_lasts())
		forget_last(t, stop);
	if (os_read(t->os_tid, stop->fip_addr, &fip, bytes) == bytes && fip) {
		fip = dbt_fix_fip(t->space->dbt, fip, (unsigned)bytes);
		os_write(t->os_tid, stop->fip_addr, &fip, bytes);
	}
}
