// SPDX-License-Identifier: MIT
/* Processes: their end, limits, identities, schedulers, and the machine. */
#include "canary.h"

#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include <linux/capability.h>
#include <linux/perf_event.h>
#include <linux/sched.h>
#include <linux/seccomp.h>

static pid_t child_that_exits(struct canary *c)
{
	pid_t child = fork();

	MUST(c, child >= 0);
	if (!child)
		_exit(3);
	return child;
}

static void waits(struct canary *c)
{
	GOOD(c, wait4, child_that_exits(c), canary_room(c, 4), 0, canary_room(c, 144));
	GOOD(c, waitid, P_PID, child_that_exits(c), canary_room(c, 128), WEXITED,
	     canary_room(c, 144));
	BAD(c, ECHILD, wait4, -1, canary_room(c, 4), 0, canary_room(c, 144));
}

static void waits_without_news(struct canary *c)
{
	pid_t child = fork();

	if (!child)
		for (;;)
			pause();
	GOOD(c, wait4, child, canary_room(c, 4), WNOHANG, canary_room(c, 144));
	GOOD(c, waitid, P_PID, child, canary_room(c, 128), WEXITED | WNOHANG, canary_room(c, 144));
	MUST(c, !kill(child, SIGKILL) && waitpid(child, NULL, 0) == child);
}

static void clones(struct canary *c)
{
	GOOD(c, clone, CLONE_PARENT_SETTID | CLONE_CHILD_SETTID | SIGCHLD, NULL, canary_room(c, 4),
	     canary_room(c, 4), 0);
	GOOD(c, clone, CLONE_PIDFD | SIGCHLD, NULL, canary_room(c, 4), canary_room(c, 4), 0);
	BAD(c, EINVAL, clone, CLONE_SIGHAND | CLONE_PARENT_SETTID, NULL, canary_room(c, 4),
	    canary_room(c, 4), 0);
}

static void clones_by_struct(struct canary *c)
{
	struct clone_args args = { .flags = CLONE_PARENT_SETTID | CLONE_CHILD_SETTID | CLONE_PIDFD,
				   .exit_signal = SIGCHLD };

	args.pidfd = (uint64_t)canary_room(c, 4);
	args.child_tid = (uint64_t)canary_room(c, 4);
	args.parent_tid = (uint64_t)canary_room(c, 4);
	GOOD(c, clone3, canary_copy(c, &args, sizeof(args)), sizeof(args));
}

static void the_machine(struct canary *c)
{
	GOOD(c, uname, canary_room(c, 390));
	GOOD(c, sysinfo, canary_room(c, 112));
	GOOD(c, times, canary_room(c, 32));
	GOOD(c, getcpu, canary_room(c, 4), canary_room(c, 4), NULL);
}

static void kernel_log(struct canary *c)
{
	GOOD(c, syslog, 3, canary_room(c, 2000), 2000);
}

static void limits(struct canary *c)
{
	struct rlimit limit;

	MUST(c, !getrlimit(RLIMIT_NOFILE, &limit));
	GOOD(c, getrlimit, RLIMIT_NOFILE, canary_room(c, 16));
	GOOD(c, prlimit64, 0, RLIMIT_NOFILE, canary_copy(c, &limit, 16), canary_room(c, 16));
	GOOD(c, getrusage, RUSAGE_SELF, canary_room(c, 144));
}

static void identities(struct canary *c)
{
	GOOD(c, getresuid, canary_room(c, 4), canary_room(c, 4), canary_room(c, 4));
	GOOD(c, getresgid, canary_room(c, 4), canary_room(c, 4), canary_room(c, 4));
}

static void groups(struct canary *c)
{
	GOOD(c, getgroups, 64, canary_room(c, 256));
	GOOD(c, getgroups, 0, canary_room(c, 256));
}

static void *cap_header(struct canary *c, uint32_t version)
{
	struct __user_cap_header_struct head = { version, 0 };

	return canary_copy(c, &head, sizeof(head));
}

static void capabilities(struct canary *c)
{
	GOOD(c, capget, cap_header(c, _LINUX_CAPABILITY_VERSION_3), canary_room(c, 24));
	GOOD(c, capget, cap_header(c, _LINUX_CAPABILITY_VERSION_1), canary_room(c, 24));
	BAD(c, EINVAL, capget, cap_header(c, 7), canary_room(c, 24));
	BAD(c, EINVAL, capset, cap_header(c, 7), canary_room(c, 24));
}

static void schedulers(struct canary *c)
{
	uint32_t attr[12] = { 200 };

	GOOD(c, sched_getparam, 0, canary_room(c, 4));
	GOOD(c, sched_rr_get_interval, 0, canary_room(c, 16));
	GOOD(c, sched_getattr, 0, canary_room(c, 100), 100, 0);
	GOOD(c, sched_getattr, 0, canary_room(c, 100), 48, 0);
	GOOD(c, sched_getaffinity, 0, 1024, canary_room(c, 1024));
	attr[0] = 48 + 8; /* larger than the kernel's, and not zero behind it */
	attr[11] = 1;
	CALL(c, sched_setattr, 0, canary_copy(c, attr, sizeof(attr)), 0);
}

static void attributes_too_large(struct canary *c)
{
	uint32_t words[64] = { [1] = 256 };

	words[63] = 1;
	CALL(c, perf_event_open, canary_copy(c, words, sizeof(words)), 0, -1, -1, 0);
	words[0] = 256;
	BAD(c, E2BIG, sched_setattr, 0, canary_copy(c, words, sizeof(words)), 0);
}

static void robust_list(struct canary *c)
{
	GOOD(c, get_robust_list, 0, canary_room(c, 8), canary_room(c, 8));
}

static void memory_of_processes(struct canary *c)
{
	struct iovec to[2] = { { canary_room(c, 3), 3 }, { canary_room(c, 20), 20 } };
	struct iovec from = { "0123456789", 10 };
	void *many = canary_copy(c, to, sizeof(to)), *one = canary_copy(c, &from, sizeof(from));

	GOOD(c, process_vm_readv, getpid(), many, 2, one, 1, 0);
	GOOD(c, process_vm_writev, getpid(), one, 1, many, 2, 0);
}

static void descriptor_table(struct canary *c)
{
	GOOD(c, modify_ldt, 0, canary_room(c, 64), 64);
	GOOD(c, modify_ldt, 2, canary_room(c, 64), 64);
}

static void seccomp_sizes(struct canary *c)
{
	GOOD(c, seccomp, SECCOMP_GET_NOTIF_SIZES, 0, canary_room(c, 6));
}

static void bpf_map(struct canary *c)
{
	uint32_t array[18] = { 2 /* BPF_MAP_TYPE_ARRAY */, 4, 8, 1 };

	GOOD(c, bpf, 0 /* BPF_MAP_CREATE */, canary_copy(c, array, sizeof(array)), sizeof(array));
}

static void perf_event_number(struct canary *c)
{
	struct perf_event_attr attr = { .type = PERF_TYPE_SOFTWARE, .size = sizeof(attr) };
	int fd = syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0);

	if (fd < 0)
		canary_skip(c, "perf_event_open", -errno);
	GOOD(c, ioctl, fd, PERF_EVENT_IOC_ID, canary_room(c, 8));
}

static void security_modules(struct canary *c)
{
	uint32_t size = 64, small = 1;

	GOOD(c, lsm_list_modules, canary_room(c, 64), canary_copy(c, &size, 4), 0);
	CALL(c, lsm_list_modules, canary_room(c, 64), canary_copy(c, &small, 4), 0);
}

static void security_attributes(struct canary *c)
{
	uint32_t size = 256;

	GOOD(c, lsm_get_self_attr, 100 /* LSM_ATTR_CURRENT */, canary_room(c, 256),
	     canary_copy(c, &size, 4), 0);
}

FAMILY(process, CASE(waits), CASE(waits_without_news), CASE(clones), CASE(clones_by_struct),
       CASE(the_machine), CASE(kernel_log), CASE(limits), CASE(identities), CASE(groups),
       CASE(capabilities), CASE(schedulers), CASE(attributes_too_large), CASE(robust_list),
       CASE(memory_of_processes), CASE_FOR(descriptor_table, "modify_ldt LDT_*"),
       CASE(seccomp_sizes), CASE(bpf_map), CASE(perf_event_number), CASE(security_modules),
       CASE(security_attributes))
