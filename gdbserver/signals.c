// SPDX-License-Identifier: MIT
// Source: gdb's include/gdb/signals.def.
#include "gdbserver/signals.h"

#include <signal.h>

#include "common/types.h"

/* clang-format off */
static const unsigned char numbers[] = {
	[SIGHUP]  =  1, [SIGINT]  =  2, [SIGQUIT]   =  3, [SIGILL]  =  4,
	[SIGTRAP] =  5, [SIGABRT] =  6, [SIGFPE]    =  8, [SIGKILL] =  9,
	[SIGBUS]  = 10, [SIGSEGV] = 11, [SIGSYS]    = 12, [SIGPIPE] = 13,
	[SIGALRM] = 14, [SIGTERM] = 15, [SIGURG]    = 16, [SIGSTOP] = 17,
	[SIGTSTP] = 18, [SIGCONT] = 19, [SIGCHLD]   = 20, [SIGTTIN] = 21,
	[SIGTTOU] = 22, [SIGIO]   = 23, [SIGXCPU]   = 24, [SIGXFSZ] = 25,
	[SIGPROF] = 27, [SIGPWR]  = 32, [SIGVTALRM] = 26, [SIGUSR1] = 30,
	[SIGUSR2] = 31, [SIGWINCH] = 28,
};
/* clang-format on */

int gdb_signal(int signo)
{
	if (signo == 32)
		return 77;
	if (signo >= 33 && signo <= 63)
		return 45 + signo - 33;
	if (signo == 64)
		return 78;
	if (signo > 0 && (size_t)signo < ARRAY_SIZE(numbers) && numbers[signo])
		return numbers[signo];
	return GDB_SIGNAL_UNKNOWN;
}
