// SPDX-License-Identifier: MIT
/* prctl and arch_prctl. */
#include "canary.h"

#include <asm/prctl.h>
#include <sys/prctl.h>

static void options_that_return_an_int(struct canary *c)
{
	GOOD(c, prctl, PR_GET_PDEATHSIG, canary_room(c, 4));
	GOOD(c, prctl, PR_GET_CHILD_SUBREAPER, canary_room(c, 4));
	GOOD(c, prctl, PR_GET_TSC, canary_room(c, 4));
	GOOD(c, prctl, PR_GET_DUMPABLE);
}

static void name(struct canary *c)
{
	GOOD(c, prctl, PR_GET_NAME, canary_room(c, 16));
}

static void auxiliary_vector(struct canary *c)
{
	long r = CALL(c, prctl, 0x41555856 /* PR_GET_AUXV */, canary_room(c, 1024), 1024);

	if (r < 0) /* since Linux 6.4 */
		canary_skip(c, "PR_GET_AUXV", r);
	GOOD(c, prctl, 0x41555856, canary_room(c, 16), 16);
}

/* Those that a kernel may lack. */
static void rare_options(struct canary *c)
{
	CALL(c, prctl, PR_GET_TID_ADDRESS, canary_room(c, 8));
	CALL(c, prctl, PR_SET_MM, PR_SET_MM_MAP_SIZE, canary_room(c, 4));
	CALL(c, prctl, PR_SCHED_CORE, 0, 0, 0, canary_room(c, 8));
	CALL(c, arch_prctl, 0x5005 /* ARCH_SHSTK_STATUS */, canary_room(c, 8));
	CALL(c, arch_prctl, 0x4001 /* ARCH_GET_UNTAG_MASK */, canary_room(c, 8));
	CALL(c, arch_prctl, 0x4003 /* ARCH_GET_MAX_TAG_BITS */, canary_room(c, 8));
	CALL(c, arch_prctl, 0x1024 /* ARCH_GET_XCOMP_GUEST_PERM */, canary_room(c, 8));
}

static void segment_bases(struct canary *c)
{
	GOOD(c, arch_prctl, ARCH_GET_FS, canary_room(c, 8));
	GOOD(c, arch_prctl, ARCH_GET_GS, canary_room(c, 8));
}

static void extended_states(struct canary *c)
{
	GOOD(c, arch_prctl, ARCH_GET_XCOMP_SUPP, canary_room(c, 8));
	GOOD(c, arch_prctl, ARCH_GET_XCOMP_PERM, canary_room(c, 8));
}

FAMILY(option, CASE(options_that_return_an_int), CASE(name),
       CASE_FOR(auxiliary_vector, "PR_GET_AUXV"), CASE(rare_options), CASE(segment_bases),
       CASE(extended_states))
