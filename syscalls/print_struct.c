// SPDX-License-Identifier: MIT
/* The structs that calls fill or read: files, processes, terminals. */
#include "syscalls/print.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <net/if.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysinfo.h>
#include <sys/sysmacros.h>
#include <sys/utsname.h>
#include <sys/wait.h>

#define PRINT_CPUS_BYTES 128

/* Prints a fetched struct, or the address. out: the kernel fills it. */
#define STRUCT_PRINTER(name, type, out)                                                            \
	static void put_##name(struct printer *p, const type *s);                                  \
	void print_##name(struct printer *p, uint64_t value)                                       \
	{                                                                                          \
		type s;                                                                            \
		if ((!(out) || succeeded(p)) && fetch(p, value, &s, sizeof(s)))                    \
			put_##name(p, &s);                                                         \
		else                                                                               \
			print_ptr(p, value);                                                       \
	}                                                                                          \
	static void put_##name(struct printer *p, const type *s)

/* A second printer for the same struct, of the other direction. */
#define STRUCT_PRINTER_TOO(name, as, type, out)                                                    \
	void print_##name(struct printer *p, uint64_t value)                                       \
	{                                                                                          \
		type s;                                                                            \
		if ((!(out) || succeeded(p)) && fetch(p, value, &s, sizeof(s)))                    \
			put_##as(p, &s);                                                           \
		else                                                                               \
			print_ptr(p, value);                                                       \
	}

STRUCT_PRINTER(intptr, int32_t, true)
{
	put(p, "[%d]", *s);
}
STRUCT_PRINTER_TOO(intptrin, intptr, int32_t, false)

STRUCT_PRINTER(longptr, int64_t, false)
{
	put(p, "[%ld]", *s);
}
STRUCT_PRINTER_TOO(longptrout, longptr, int64_t, true)

STRUCT_PRINTER(hexptr, uint64_t, true)
{
	put(p, "[0x%lx]", *s);
}

struct fdpair {
	int fd[2];
};

STRUCT_PRINTER(fdpair, struct fdpair, true)
{
	put(p, "[%d, %d]", s->fd[0], s->fd[1]);
}

STRUCT_PRINTER(stat, struct stat, true)
{
	put(p, "{st_mode=");
	print_mode(p, s->st_mode);
	if (S_ISCHR(s->st_mode) || S_ISBLK(s->st_mode))
		put(p, ", st_rdev=makedev(0x%x, 0x%x), ...}", major(s->st_rdev), minor(s->st_rdev));
	else
		put(p, ", st_size=%ld, ...}", s->st_size);
}

STRUCT_PRINTER(statx, struct statx, true)
{
	put(p, "{stx_mask=");
	put_flags(p, TYPE_STATXMASK, s->stx_mask);
	put(p, ", stx_mode=");
	print_mode(p, s->stx_mode);
	put(p, ", stx_size=%llu, ...}", s->stx_size);
}

STRUCT_PRINTER(statfs, struct statfs, true)
{
	put(p, "{f_type=0x%lx, f_bsize=%lu, f_blocks=%lu, f_bfree=%lu, ...}", s->f_type, s->f_bsize,
	    s->f_blocks, s->f_bfree);
}

STRUCT_PRINTER(openhow, struct open_how, false)
{
	put(p, "{flags=");
	print_open(p, s->flags);
	put(p, ", mode=%#03llo, resolve=0x%llx}", s->mode, s->resolve);
}

STRUCT_PRINTER(flocks, struct flock, false)
{
	put(p, "{l_type=");
	put_choice(p, TYPE_LOCKTYPE, s->l_type);
	put(p, ", l_whence=");
	put_choice(p, TYPE_WHENCE, s->l_whence);
	put(p, ", l_start=%ld, l_len=%ld", s->l_start, s->l_len);
	if (succeeded(p) && s->l_pid)
		put(p, ", l_pid=%d", s->l_pid);
	put(p, "}");
}

/* struct linux_dirent64: the length stands behind inode and offset. */
void print_dirents(struct printer *p, uint64_t value)
{
	uint64_t done = 0;
	unsigned n = 0;
	uint16_t len;

	print_ptr(p, value);
	if (!succeeded(p) || !p->mem)
		return;
	for (; done < (uint64_t)p->result; done += len, n++)
		if (!fetch(p, value + done + 16, &len, sizeof(len)) || !len)
			break;
	put(p, " /* %u %s */", n, n == 1 ? "entry" : "entries");
}

static void put_limit(struct printer *p, rlim_t limit)
{
	if (limit == RLIM_INFINITY)
		put(p, "RLIM64_INFINITY");
	else if (limit > 1024 && limit % 1024 == 0)
		put(p, "%lu*1024", limit / 1024);
	else
		put(p, "%lu", limit);
}

STRUCT_PRINTER(rlimitin, struct rlimit, false)
{
	put(p, "{rlim_cur=");
	put_limit(p, s->rlim_cur);
	put(p, ", rlim_max=");
	put_limit(p, s->rlim_max);
	put(p, "}");
}
STRUCT_PRINTER_TOO(rlimitout, rlimitin, struct rlimit, true)

STRUCT_PRINTER(rusage, struct rusage, true)
{
	put(p, "{ru_utime={tv_sec=%ld, tv_usec=%ld}, ru_stime={tv_sec=%ld, tv_usec=%ld}, ...}",
	    s->ru_utime.tv_sec, s->ru_utime.tv_usec, s->ru_stime.tv_sec, s->ru_stime.tv_usec);
}

static void put_status(struct printer *p, int status)
{
	if (WIFEXITED(status))
		put(p, "WIFEXITED(s) && WEXITSTATUS(s) == %d", WEXITSTATUS(status));
	else if (WIFSIGNALED(status)) {
		put(p, "WIFSIGNALED(s) && WTERMSIG(s) == ");
		put_signal(p, WTERMSIG(status));
		put(p, "%s", WCOREDUMP(status) ? " && WCOREDUMP(s)" : "");
	} else if (WIFSTOPPED(status)) {
		put(p, "WIFSTOPPED(s) && WSTOPSIG(s) == ");
		put_signal(p, WSTOPSIG(status));
	} else if (WIFCONTINUED(status))
		put(p, "WIFCONTINUED(s)");
	else
		put(p, "0x%x", status);
}

void print_waitstatus(struct printer *p, uint64_t value)
{
	int status;

	/* 0: WNOHANG, and nobody has changed. */
	if (!p->has_result || p->result <= 0 || !fetch(p, value, &status, sizeof(status))) {
		print_ptr(p, value);
		return;
	}
	put(p, "[{");
	put_status(p, status);
	put(p, "}]");
}

/* A name in a field of fixed size. */
static void put_field(struct printer *p, const char *label, const char *field, size_t bytes)
{
	put(p, "%s", label);
	put_quoted(p, (const uint8_t *)field, strnlen(field, bytes), false);
}

STRUCT_PRINTER(utsname, struct utsname, true)
{
	put_field(p, "{sysname=", s->sysname, sizeof(s->sysname));
	put_field(p, ", nodename=", s->nodename, sizeof(s->nodename));
	put(p, ", ...}");
}

STRUCT_PRINTER(sysinfo, struct sysinfo, true)
{
	put(p, "{uptime=%ld, loads=[%lu, %lu, %lu], totalram=%lu, freeram=%lu, ...}", s->uptime,
	    s->loads[0], s->loads[1], s->loads[2], s->totalram, s->freeram);
}

static void put_cpus(struct printer *p, taddr_t addr, uint64_t bytes)
{
	uint8_t set[PRINT_CPUS_BYTES];
	const char *between = "";

	if (bytes > sizeof(set))
		bytes = sizeof(set);
	if (!bytes || !fetch(p, addr, set, bytes)) {
		print_ptr(p, addr);
		return;
	}
	put(p, "[");
	for (unsigned i = 0; i < bytes * 8; i++) {
		if (!(set[i / 8] >> i % 8 & 1))
			continue;
		put(p, "%s%u", between, i);
		between = " ";
	}
	put(p, "]");
}

void print_cpuset(struct printer *p, uint64_t value)
{
	put_cpus(p, value, p->call->args[p->arg - 1]);
}

void print_cpusetout(struct printer *p, uint64_t value)
{
	put_cpus(p, value, succeeded(p) ? p->result : 0);
}

/* struct clone_args, as of its first version. */
struct clone3 {
	uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls;
};

STRUCT_PRINTER(cloneargs, struct clone3, false)
{
	put(p, "{flags=");
	put_flags(p, TYPE_CLONES, s->flags);
	put(p, ", child_tid=0x%lx, parent_tid=0x%lx, exit_signal=", s->child_tid, s->parent_tid);
	put_signal(p, s->exit_signal);
	put(p, ", stack=0x%lx, stack_size=0x%lx, tls=0x%lx}", s->stack, s->stack_size, s->tls);
}

/* The kernel's struct termios begins with these. */
struct modes {
	uint32_t iflag, oflag, cflag, lflag;
};

STRUCT_PRINTER(termios, struct modes, true)
{
	put(p, "{c_iflag=0x%x, c_oflag=0x%x, c_cflag=0x%x, c_lflag=0x%x, ...}", s->iflag, s->oflag,
	    s->cflag, s->lflag);
}
STRUCT_PRINTER_TOO(termiosin, termios, struct modes, false)

struct window {
	uint16_t row, col, xpixel, ypixel;
};

STRUCT_PRINTER(winsize, struct window, true)
{
	put(p, "{ws_row=%u, ws_col=%u, ws_xpixel=%u, ws_ypixel=%u}", s->row, s->col, s->xpixel,
	    s->ypixel);
}
STRUCT_PRINTER_TOO(winsizein, winsize, struct window, false)

STRUCT_PRINTER(ifreq, struct ifreq, false)
{
	put_field(p, "{ifr_name=", s->ifr_name, sizeof(s->ifr_name));
	put(p, ", ...}");
}
