// SPDX-License-Identifier: MIT
/* Signal sets, actions, siginfo and alternate stacks, as the kernel has them. */
#include "syscalls/print.h"

#include <signal.h>

/* struct sigaction of the kernel: x86-64 has the restorer before the mask. */
struct action {
	uint64_t handler, flags, restorer, mask;
};

static void put_names(struct printer *p, uint64_t set)
{
	const char *between = "";

	for (int signo = 1; signo <= 64; signo++) {
		const char *name = sys_signal_name(signo);

		if (!(set >> (signo - 1) & 1) || !name)
			continue;
		put(p, "%s%s", between, name + 3); /* without SIG */
		between = " ";
	}
}

/* A set of nearly all is shown by what it lacks. */
static void put_sigset(struct printer *p, uint64_t set)
{
	if (__builtin_popcountll(set) > 42) {
		put(p, "~[");
		set = ~set;
	} else {
		put(p, "[");
	}
	put_names(p, set);
	put(p, "]");
}

void print_sigset(struct printer *p, uint64_t value)
{
	uint64_t set;

	if (fetch(p, value, &set, sizeof(set)))
		put_sigset(p, set);
	else
		print_ptr(p, value);
}

void print_sigsetout(struct printer *p, uint64_t value)
{
	if (succeeded(p))
		print_sigset(p, value);
	else
		print_ptr(p, value);
}

void print_sigaction(struct printer *p, uint64_t value)
{
	struct action a;

	if (!fetch(p, value, &a, sizeof(a))) {
		print_ptr(p, value);
		return;
	}
	if (a.handler == 0)
		put(p, "{sa_handler=SIG_DFL, sa_mask=");
	else if (a.handler == 1)
		put(p, "{sa_handler=SIG_IGN, sa_mask=");
	else
		put(p, "{sa_handler=0x%lx, sa_mask=", a.handler);
	put_sigset(p, a.mask);
	put(p, ", sa_flags=");
	put_flags(p, TYPE_SIGFLAGS, a.flags);
	if (a.restorer)
		put(p, ", sa_restorer=0x%lx", a.restorer);
	put(p, "}");
}

void print_sigactionout(struct printer *p, uint64_t value)
{
	if (succeeded(p))
		print_sigaction(p, value);
	else
		print_ptr(p, value);
}

void print_siginfoin(struct printer *p, uint64_t value)
{
	siginfo_t info;

	if (!fetch(p, value, &info, sizeof(info))) {
		print_ptr(p, value);
		return;
	}
	put(p, "{si_signo=");
	put_signal(p, info.si_signo);
	put(p, ", si_code=");
	put_choice(p, TYPE_SICODE, info.si_code);
	if (info.si_code <= 0 || info.si_signo == SIGCHLD)
		put(p, ", si_pid=%d, si_uid=%u", info.si_pid, info.si_uid);
	put(p, ", ...}");
}

void print_siginfo(struct printer *p, uint64_t value)
{
	if (succeeded(p))
		print_siginfoin(p, value);
	else
		print_ptr(p, value);
}

void print_stack(struct printer *p, uint64_t value)
{
	stack_t s;

	if (!fetch(p, value, &s, sizeof(s))) {
		print_ptr(p, value);
		return;
	}
	put(p, "{ss_sp=%p, ss_flags=", s.ss_sp);
	put_flags(p, TYPE_STACKFLAGS, (uint32_t)s.ss_flags);
	put(p, ", ss_size=0x%lx}", s.ss_size);
}

void print_stackout(struct printer *p, uint64_t value)
{
	if (succeeded(p))
		print_stack(p, value);
	else
		print_ptr(p, value);
}
