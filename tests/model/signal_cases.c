// SPDX-License-Identifier: MIT
/* Signals, with the structs of the kernel. */
#include "canary.h"

#include <signal.h>
#include <time.h>

static const uint64_t usr1 = 1ull << (SIGUSR1 - 1);

static void actions(struct canary *c)
{
	uint64_t action[4] = { 1 /* SIG_IGN */ };

	GOOD(c, rt_sigaction, SIGUSR1, canary_copy(c, action, 32), canary_room(c, 32), 8);
	GOOD(c, rt_sigaction, SIGUSR1, NULL, canary_room(c, 32), 8);
}

static void masks(struct canary *c)
{
	GOOD(c, rt_sigprocmask, SIG_BLOCK, canary_copy(c, &usr1, 8), canary_room(c, 8), 8);
	GOOD(c, rt_sigprocmask, SIG_BLOCK, NULL, canary_room(c, 8), 8);
	MUST(c, !raise(SIGUSR1));
	GOOD(c, rt_sigpending, canary_room(c, 8), 8);
	GOOD(c, rt_sigpending, canary_room(c, 8), 4);
}

static void waits_for_a_signal(struct canary *c)
{
	struct timespec now = { 0, 0 };
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	MUST(c, !sigprocmask(SIG_BLOCK, &set, NULL) && !raise(SIGUSR1));
	GOOD(c, rt_sigtimedwait, canary_copy(c, &usr1, 8), canary_room(c, 128), NULL, 8);
	BAD(c, EAGAIN, rt_sigtimedwait, canary_copy(c, &usr1, 8), canary_room(c, 128),
	    canary_copy(c, &now, 16), 8);
}

static void alternate_stack(struct canary *c)
{
	static char room[65536];
	stack_t stack = { .ss_sp = room, .ss_size = sizeof(room) };

	GOOD(c, sigaltstack, canary_copy(c, &stack, sizeof(stack)), canary_room(c, 24));
	GOOD(c, sigaltstack, NULL, canary_room(c, 24));
}

FAMILY(signal, CASE(actions), CASE(masks), CASE(waits_for_a_signal), CASE(alternate_stack))
