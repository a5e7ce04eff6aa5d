// SPDX-License-Identifier: MIT
/* ptrace: of a child that has stopped. */
#include "canary.h"

#include <elf.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>

static pid_t stopped_child(struct canary *c)
{
	pid_t child = fork();
	int status;

	if (!child) {
		if (ptrace(PTRACE_TRACEME, 0, 0, 0))
			_exit(2);
		raise(SIGSTOP);
		_exit(0);
	}
	MUST(c, waitpid(child, &status, 0) == child);
	if (!WIFSTOPPED(status))
		canary_skip(c, "ptrace", -EPERM);
	MUST(c, !ptrace(PTRACE_SETOPTIONS, child, 0, PTRACE_O_EXITKILL));
	return child;
}

static void peeks(struct canary *c)
{
	pid_t child = stopped_child(c);

	GOOD(c, ptrace, PTRACE_PEEKTEXT, child, c, canary_room(c, 8));
	GOOD(c, ptrace, PTRACE_PEEKDATA, child, c, canary_room(c, 8));
	GOOD(c, ptrace, PTRACE_PEEKUSER, child, 0, canary_room(c, 8));
}

static void registers(struct canary *c)
{
	pid_t child = stopped_child(c);
	struct iovec iov = { canary_room(c, 504), 504 };

	GOOD(c, ptrace, PTRACE_GETREGS, child, 0, canary_room(c, sizeof(struct user_regs_struct)));
	GOOD(c, ptrace, PTRACE_GETFPREGS, child, 0,
	     canary_room(c, sizeof(struct user_fpregs_struct)));
	GOOD(c, ptrace, PTRACE_GETREGSET, child, NT_PRSTATUS, canary_copy(c, &iov, sizeof(iov)));
	iov.iov_len = sizeof(struct user_regs_struct);
	GOOD(c, ptrace, PTRACE_SETREGSET, child, NT_PRSTATUS, canary_copy(c, &iov, sizeof(iov)));
	GOOD(c, ptrace, PTRACE_ARCH_PRCTL, child, canary_room(c, 8), 0x1003 /* ARCH_GET_FS */);
}

static void states(struct canary *c)
{
	pid_t child = stopped_child(c);

	GOOD(c, ptrace, PTRACE_GETEVENTMSG, child, 0, canary_room(c, 8));
	GOOD(c, ptrace, PTRACE_GETSIGINFO, child, 0, canary_room(c, 128));
	GOOD(c, ptrace, PTRACE_GETSIGMASK, child, 8, canary_room(c, 8));
	GOOD(c, ptrace, PTRACE_GET_SYSCALL_INFO, child, 100, canary_room(c, 100));
	GOOD(c, ptrace, PTRACE_GET_SYSCALL_INFO, child, 10, canary_room(c, 100));
	CALL(c, ptrace, 0x4211 /* PTRACE_GET_SYSCALL_USER_DISPATCH_CONFIG */, child, 40,
	     canary_room(c, 40));
	CALL(c, ptrace, 0x420f /* PTRACE_GET_RSEQ_CONFIGURATION */, child, 24, canary_room(c, 24));
}

#define PEEKS "ptrace PTRACE_*"

FAMILY(trace, CASE_FOR(peeks, PEEKS), CASE_FOR(registers, PEEKS), CASE_FOR(states, PEEKS))
