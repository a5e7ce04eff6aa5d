// SPDX-License-Identifier: MIT
/* The sizes of structs.def against the kernel's headers. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <asm/ptrace-abi.h>
#include <asm/stat.h>
#include <asm/statfs.h>
#include <asm/termbits.h>
#include <asm/termios.h>
#include <linux/aio_abi.h>
#include <linux/capability.h>
#include <linux/eventpoll.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <linux/hdreg.h>
#include <linux/io_uring.h>
#include <linux/keyctl.h>
#include <linux/loop.h>
#include <linux/mqueue.h>
#include <linux/msg.h>
#include <linux/quota.h>
#include <linux/resource.h>
#include <linux/rtc.h>
#include <linux/seccomp.h>
#include <linux/sem.h>
#include <linux/serial.h>
#include <linux/shm.h>
#include <linux/stat.h>
#include <linux/sysinfo.h>
#include <linux/timex.h>
#include <linux/times.h>
#include <linux/utsname.h>
#include <asm/poll.h>
#include <asm/siginfo.h>

enum {
#define STRUCT(name, bytes) K_##name = (bytes),
#include "syscalls/structs.def"
#undef STRUCT
};

#define SAME(name, type)                                                                           \
	{                                                                                          \
#name, K_##name, sizeof(type)                                                      \
	}

static const struct {
	const char *name;
	size_t ours, theirs;
} sizes[] = {
	SAME(CAP_HEADER, struct __user_cap_header_struct),
	SAME(CAP_DATA, struct __user_cap_data_struct),
	SAME(DQBLK, struct if_dqblk),
	SAME(NEXTDQBLK, struct if_nextdqblk),
	SAME(DQINFO, struct if_dqinfo),
	SAME(EPOLL_EVENT, struct epoll_event),
	SAME(FIEMAP, struct fiemap),
	SAME(FIEMAP_EXTENT, struct fiemap_extent),
	SAME(FSXATTR, struct fsxattr),
	SAME(HD_GEOMETRY, struct hd_geometry),
	SAME(IO_EVENT, struct io_event),
	SAME(IO_URING_PARAMS, struct io_uring_params),
	SAME(KEYCTL_PKEY, struct keyctl_pkey_query),
	SAME(LOOP_INFO, struct loop_info),
	SAME(LOOP_INFO64, struct loop_info64),
	SAME(MQ_ATTR, struct mq_attr),
	SAME(MSGINFO, struct msginfo),
	SAME(MSQID_DS, struct msqid64_ds),
	SAME(POLLFD, struct pollfd),
	SAME(RLIMIT, struct rlimit),
	SAME(RTC_TIME, struct rtc_time),
	SAME(RUSAGE, struct rusage),
	SAME(SECCOMP_SIZES, struct seccomp_notif_sizes),
	SAME(SEMID_DS, struct semid64_ds),
	SAME(SEMINFO, struct seminfo),
	SAME(SERIAL, struct serial_struct),
	SAME(SHMID_DS, struct shmid64_ds),
	SAME(SHM_INFO, struct shm_info),
	SAME(SHMINFO, struct shminfo64),
	SAME(SIGINFO, siginfo_t),
	SAME(STAT, struct stat),
	SAME(STATFS, struct statfs),
	SAME(STATX, struct statx),
	SAME(SYSINFO, struct sysinfo),
	SAME(TERMIOS, struct termios),
	SAME(TERMIOS2, struct termios2),
	SAME(TIMEX, struct __kernel_timex),
	SAME(TMS, struct tms),
	SAME(UTSNAME, struct new_utsname),
	SAME(WINSIZE, struct winsize),
};

static void sizes_are_those_of_the_kernel(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		if (sizes[i].ours != sizes[i].theirs)
			fail_msg("%s: %zu, the kernel has %zu", sizes[i].name, sizes[i].ours,
				 sizes[i].theirs);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(sizes_are_those_of_the_kernel) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
