// SPDX-License-Identifier: MIT
/* Names of signals and errors. */
#include "syscalls/syscalls.h"

#include <errno.h>
#include <signal.h>

static const char *const signals[] = {
#define SIGNAL(name) [name] = #name,
#include "syscalls/signals.def"
#undef SIGNAL
};

/* The real-time signals, numbered from the kernel's SIGRTMIN, 32. */
static const char *const realtime[] = {
	"SIGRTMIN", "SIGRT_1",	"SIGRT_2",  "SIGRT_3",	"SIGRT_4",  "SIGRT_5",	"SIGRT_6",
	"SIGRT_7",  "SIGRT_8",	"SIGRT_9",  "SIGRT_10", "SIGRT_11", "SIGRT_12", "SIGRT_13",
	"SIGRT_14", "SIGRT_15", "SIGRT_16", "SIGRT_17", "SIGRT_18", "SIGRT_19", "SIGRT_20",
	"SIGRT_21", "SIGRT_22", "SIGRT_23", "SIGRT_24", "SIGRT_25", "SIGRT_26", "SIGRT_27",
	"SIGRT_28", "SIGRT_29", "SIGRT_30", "SIGRT_31", "SIGRT_32",
};

const char *sys_signal_name(int signo)
{
	if (signo > 0 && (size_t)signo < ARRAY_SIZE(signals))
		return signals[signo];
	if (signo >= 32 && (size_t)signo - 32 < ARRAY_SIZE(realtime))
		return realtime[signo - 32];
	return NULL;
}

const char *sys_errno_name(int error)
{
	switch (error) {
#define ERRNO(name)                                                                                \
	case name:                                                                                 \
		return #name;
#define ERRNO_KERNEL(name, number)                                                                 \
	case number:                                                                               \
		return #name;
#include "syscalls/errno.def"
#undef ERRNO
#undef ERRNO_KERNEL
	default:
		return NULL;
	}
}
