// SPDX-License-Identifier: MIT
/* The sets of flags.def, and the arguments that are numbers of some kind. */
#include "syscalls/print.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/msg.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <linux/futex.h>
#include <linux/quota.h>

/* On x86-64 libc has 0 for it, but the kernel sets it in what F_GETFL gives. */
#undef O_LARGEFILE
#define O_LARGEFILE 0100000
#ifndef SA_RESTORER
#define SA_RESTORER 0x04000000 /* asm/signal.h */
#endif
#ifndef MSG_PROBE
#define MSG_PROBE 0x10
#endif
#ifndef CLONE_PIDFD
#define CLONE_PIDFD 0x1000
#endif
#ifndef CLONE_CLEAR_SIGHAND
#define CLONE_CLEAR_SIGHAND 0x100000000ull
#define CLONE_INTO_CGROUP   0x200000000ull
#endif
#ifndef SS_AUTODISARM
#define SS_AUTODISARM (1u << 31)
#endif
#ifndef STATX_DIOALIGN
#define STATX_DIOALIGN 0x2000
#endif
#ifndef MS_LAZYTIME
#define MS_LAZYTIME (1 << 25)
#endif

static const struct {
	enum sys_type set;
	int64_t value;
	const char *name;
} flags[] = {
#define FLAG(set, name) { TYPE_##set, (int64_t)(name), #name },
#include "syscalls/flags.def"
#undef FLAG
};

void put_flags(struct printer *p, enum sys_type set, uint64_t value)
{
	uint64_t rest = value;
	const char *between = "", *none = "0";

	for (size_t i = 0; i < ARRAY_SIZE(flags); i++) {
		uint64_t bits = set == TYPE_CLONES || set == TYPE_OPENS ? (uint64_t)flags[i].value
									: (uint32_t)flags[i].value;

		if (flags[i].set != set)
			continue;
		if (!bits)
			none = flags[i].name;
		if (!bits || (rest & bits) != bits)
			continue;
		put(p, "%s%s", between, flags[i].name);
		between = "|";
		rest &= ~bits;
	}
	if (rest)
		put(p, "%s0x%lx", between, rest);
	else if (!value)
		put(p, "%s", none);
}

const char *flag_name(enum sys_type set, int64_t value)
{
	for (size_t i = 0; i < ARRAY_SIZE(flags); i++)
		if (flags[i].set == set && flags[i].value == value)
			return flags[i].name;
	return NULL;
}

void put_choice(struct printer *p, enum sys_type set, int64_t value)
{
	const char *name = flag_name(set, value);

	if (name)
		put(p, "%s", name);
	else
		put(p, "%ld", value);
}

void put_signal(struct printer *p, int signo)
{
	const char *name = sys_signal_name(signo);

	if (name)
		put(p, "%s", name);
	else
		put(p, "%d", signo);
}

void print_int(struct printer *p, uint64_t value)
{
	put(p, "%d", (int32_t)value);
}

void print_uint(struct printer *p, uint64_t value)
{
	put(p, "%u", (uint32_t)value);
}

void print_long(struct printer *p, uint64_t value)
{
	put(p, "%ld", value);
}

void print_ulong(struct printer *p, uint64_t value)
{
	put(p, "%lu", value);
}

void print_hex(struct printer *p, uint64_t value)
{
	if (value)
		put(p, "0x%lx", value);
	else
		put(p, "0");
}

void print_ptr(struct printer *p, uint64_t value)
{
	if (value)
		put(p, "0x%lx", value);
	else
		put(p, "NULL");
}

void print_octal(struct printer *p, uint64_t value)
{
	put(p, "%#03o", (uint32_t)value);
}

void print_dirfd(struct printer *p, uint64_t value)
{
	if ((int32_t)value == AT_FDCWD)
		put(p, "AT_FDCWD");
	else
		print_int(p, value);
}

void print_signal(struct printer *p, uint64_t value)
{
	put_signal(p, value);
}

void print_mode(struct printer *p, uint64_t value)
{
	const char *type = flag_name(TYPE_FILETYPE, value & S_IFMT);

	if (type)
		put(p, "%s|%#03o", type, (uint32_t)value & ~S_IFMT);
	else
		print_octal(p, value);
}

void print_ipckey(struct printer *p, uint64_t value)
{
	if (!(uint32_t)value)
		put(p, "IPC_PRIVATE");
	else
		put(p, "0x%x", (uint32_t)value);
}

void print_clock(struct printer *p, uint64_t value)
{
	put_choice(p, TYPE_CLOCKS, (int32_t)value);
}

void print_waitopt(struct printer *p, uint64_t value)
{
	put_flags(p, TYPE_WAITS, (uint32_t)value);
}

void print_open(struct printer *p, uint64_t value)
{
	static const char *const access[] = { "O_RDONLY", "O_WRONLY", "O_RDWR", "O_ACCMODE" };
	uint64_t rest = (uint32_t)value & ~(uint32_t)O_ACCMODE;

	put(p, "%s", access[value & O_ACCMODE]);
	if (rest) {
		put(p, "|");
		put_flags(p, TYPE_OPENS, rest);
	}
}

void print_openmode(struct printer *p, uint64_t value)
{
	uint64_t how = p->call->args[p->arg - 1];

	if (how & O_CREAT || (how & O_TMPFILE) == O_TMPFILE)
		print_octal(p, value);
	else
		p->end = true;
}

void print_socktype(struct printer *p, uint64_t value)
{
	uint32_t rest = value & ~(uint64_t)0xf;

	put_choice(p, TYPE_SOCKTYPES, value & 0xf);
	if (rest) {
		put(p, "|");
		put_flags(p, TYPE_SOCKFLAGS, rest);
	}
}

void print_cloneflags(struct printer *p, uint64_t value)
{
	uint64_t rest = value & ~(uint64_t)CSIGNAL;

	if (rest || !(value & CSIGNAL))
		put_flags(p, TYPE_CLONES, rest);
	if (value & CSIGNAL) {
		put(p, "%s", rest ? "|" : "");
		put_signal(p, value & CSIGNAL);
	}
}

void print_futex(struct printer *p, uint64_t value)
{
	const struct sys_command *c =
		sys_command(TABLE_FUTEX, sys_command_value(TABLE_FUTEX, value));

	if (!c) {
		print_hex(p, (uint32_t)value);
		return;
	}
	put(p, "%s", c->name);
	if (value & FUTEX_PRIVATE_FLAG)
		put(p, "|FUTEX_PRIVATE_FLAG");
	if (value & FUTEX_CLOCK_REALTIME)
		put(p, "|FUTEX_CLOCK_REALTIME");
}

static void put_ioc(struct printer *p, uint32_t cmd)
{
	static const char *const directions[] = { "_IOC_NONE", "_IOC_WRITE", "_IOC_READ",
						  "_IOC_READ|_IOC_WRITE" };

	put(p, "_IOC(%s, 0x%x, 0x%x, 0x%x)", directions[cmd >> 30], cmd >> 8 & 0xff, cmd & 0xff,
	    cmd >> 16 & 0x3fff);
}

void print_ioctl(struct printer *p, uint64_t value)
{
	if (p->command && p->command->name)
		put(p, "%s", p->command->name);
	else
		put_ioc(p, value);
}

void print_quotactl(struct printer *p, uint64_t value)
{
	const char *name = p->command ? p->command->name : NULL;

	put(p, "QCMD(");
	if (name)
		put(p, "%s", name);
	else
		put(p, "0x%x", (uint32_t)value >> SUBCMDSHIFT);
	put(p, ", %u)", (uint32_t)value & SUBCMDMASK);
}

void print_sockopt(struct printer *p, uint64_t value)
{
	const struct sys_command *c = sys_sockopt(p->call->args[p->arg - 1], value);

	if (c)
		put(p, "%s", c->name);
	else
		print_int(p, value);
}
