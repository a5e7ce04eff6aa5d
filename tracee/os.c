// SPDX-License-Identifier: MIT
// ptrace, wait and memory access. See os.h.
#include "tracee/os.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "preload/runtime.h"

#define XSTATE_MAX_BYTES (64 * 1024)

_Static_assert(sizeof(struct regs) == sizeof(struct user_regs_struct),
	       "struct regs is the kernel's user_regs_struct");

static int request(int what, pid_t tid, void *addr, void *data)
{
	if (ptrace(what, tid, addr, data) < 0)
		return -errno;
	return 0;
}

int os_seize(pid_t tid)
{
	unsigned long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
				PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC | PTRACE_O_TRACEEXIT |
				PTRACE_O_TRACESECCOMP | PTRACE_O_EXITKILL;

	return request(PTRACE_SEIZE, tid, NULL, (void *)options);
}

int os_cont(pid_t tid, int signo)
{
	return request(PTRACE_CONT, tid, NULL, (void *)(long)signo);
}

int os_cont_to_syscall(pid_t tid, int signo)
{
	return request(PTRACE_SYSCALL, tid, NULL, (void *)(long)signo);
}

int os_step(pid_t tid, int signo)
{
	return request(PTRACE_SINGLESTEP, tid, NULL, (void *)(long)signo);
}

int os_listen(pid_t tid)
{
	return request(PTRACE_LISTEN, tid, NULL, NULL);
}

bool os_sleeps(pid_t tid)
{
	char path[64], text[512] = { 0 };
	cleanup_close int fd = -1;
	const char *state;

	snprintf(path, sizeof(path), "/proc/%d/stat", tid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || read(fd, text, sizeof(text) - 1) <= 0)
		return false;
	/* "PID (NAME) STATE ...", and the name may hold anything. */
	state = strrchr(text, ')');
	return state && state[1] == ' ' && state[2] == 'S';
}

int os_interrupt(pid_t tid)
{
	return request(PTRACE_INTERRUPT, tid, NULL, NULL);
}

int os_get_regs(pid_t tid, struct regs *ret)
{
	return request(PTRACE_GETREGS, tid, NULL, ret);
}

int os_set_regs(pid_t tid, const struct regs *regs)
{
	return request(PTRACE_SETREGS, tid, NULL, (void *)(uintptr_t)regs);
}

int os_get_siginfo(pid_t tid, siginfo_t *ret)
{
	return request(PTRACE_GETSIGINFO, tid, NULL, ret);
}

int os_set_siginfo(pid_t tid, const siginfo_t *info)
{
	return request(PTRACE_SETSIGINFO, tid, NULL, (void *)(uintptr_t)info);
}

int os_event_message(pid_t tid, unsigned long *ret)
{
	return request(PTRACE_GETEVENTMSG, tid, NULL, ret);
}

int os_get_sigmask(pid_t tid, uint64_t *ret)
{
	return request(PTRACE_GETSIGMASK, tid, (void *)sizeof(*ret), ret);
}

int os_set_sigmask(pid_t tid, uint64_t mask)
{
	return request(PTRACE_SETSIGMASK, tid, (void *)sizeof(mask), &mask);
}

int os_get_xstate(pid_t tid, struct buf *ret)
{
	struct iovec iov = { .iov_len = XSTATE_MAX_BYTES };
	uint8_t *to;
	int r;

	buf_clear(ret);
	r = buf_extend(ret, XSTATE_MAX_BYTES, &to);
	if (r)
		return r;
	iov.iov_base = to;
	r = request(PTRACE_GETREGSET, tid, (void *)NT_X86_XSTATE, &iov);
	ret->len = r ? 0 : iov.iov_len;
	return r;
}

int os_set_xstate(pid_t tid, const void *data, size_t len)
{
	struct iovec iov = { .iov_base = (void *)(uintptr_t)data, .iov_len = len };

	return request(PTRACE_SETREGSET, tid, (void *)NT_X86_XSTATE, &iov);
}

int os_wait(pid_t tid, pid_t *ret_tid, int *status)
{
	pid_t got = waitpid(tid, status, __WALL);

	if (got < 0)
		return -errno;
	*ret_tid = got;
	return 0;
}

static int open_mem(pid_t tid, int flags)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d/mem", tid);
	return open(path, flags | O_CLOEXEC);
}

size_t os_read(pid_t tid, taddr_t addr, void *ret, size_t len)
{
	struct iovec to = { ret, len };
	struct iovec from = { (void *)addr, len };
	cleanup_close int fd = -1;
	size_t done = 0;
	ssize_t n = process_vm_readv(tid, &to, 1, &from, 1, 0);

	if (n == (ssize_t)len)
		return len;
	/* Protected or partly unmapped: page by page, with a debugger's rights. */
	fd = open_mem(tid, O_RDONLY);
	while (fd >= 0 && done < len) {
		size_t part = DEJA_PAGE_BYTES - ((addr + done) & (DEJA_PAGE_BYTES - 1));

		if (part > len - done)
			part = len - done;
		n = pread(fd, (char *)ret + done, part, (off_t)(addr + done));
		if (n <= 0)
			break;
		done += (size_t)n;
	}
	return done;
}

size_t os_write(pid_t tid, taddr_t addr, const void *data, size_t len)
{
	struct iovec from = { (void *)(uintptr_t)data, len };
	struct iovec to = { (void *)addr, len };
	cleanup_close int fd = -1;
	size_t done = 0;
	ssize_t n = process_vm_writev(tid, &from, 1, &to, 1, 0);

	if (n == (ssize_t)len)
		return len;
	fd = open_mem(tid, O_RDWR);
	while (fd >= 0 && done < len) {
		size_t part = DEJA_PAGE_BYTES - ((addr + done) & (DEJA_PAGE_BYTES - 1));

		if (part > len - done)
			part = len - done;
		n = pwrite(fd, (const char *)data + done, part, (off_t)(addr + done));
		if (n <= 0)
			break;
		done += (size_t)n;
	}
	return done;
}

/*
 * libseccomp has no way to compare the instruction pointer, so these few
 * instructions are written out. RT_GATE_UNTRACED + 2 is what the kernel sees as
 * the instruction pointer of the call at that gate.
 *
 * Source: seccomp(2) "struct seccomp_data"
 */
int os_install_filter(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, instruction_pointer)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, RT_GATE_UNTRACED + 2, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, instruction_pointer) + 4),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE),
	};
	struct sock_fprog program = { .len = ARRAY_SIZE(code), .filter = code };

	/* Privileged tasks need no no_new_privs, which the program could see. */
	if (!syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_SPEC_ALLOW,
		     &program))
		return 0;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_SPEC_ALLOW, &program))
		return -errno;
	return 0;
}

int os_pin_to_core(int core)
{
	cpu_set_t set;

	if (core < 0 || core >= CPU_SETSIZE) {
		core = sched_getcpu();
		if (core < 0)
			core = 0;
	}
	CPU_ZERO(&set);
	CPU_SET(core, &set);
	sched_setaffinity(0, sizeof(set), &set);
	return core;
}
