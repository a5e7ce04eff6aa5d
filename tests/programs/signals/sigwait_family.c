// SPDX-License-Identifier: MIT
// sigwait, sigtimedwait and signalfd take blocked signals with their values.
#include <sys/signalfd.h>
#include <time.h>

#include "check.h"

int main(void)
{
	struct timespec none = { 0, 1000000 };
	struct signalfd_siginfo fdinfo;
	union sigval value = { .sival_int = 55 };
	siginfo_t info;
	sigset_t set;
	int signo, fd;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGRTMIN);
	CHECK(!sigprocmask(SIG_BLOCK, &set, NULL));
	CHECK(sigtimedwait(&set, &info, &none) == -1 && errno == EAGAIN);
	kill(getpid(), SIGUSR1);
	CHECK(!sigwait(&set, &signo) && signo == SIGUSR1);
	CHECK(!sigqueue(getpid(), SIGRTMIN, value));
	CHECK(sigwaitinfo(&set, &info) == SIGRTMIN && info.si_value.sival_int == 55);
	fd = signalfd(-1, &set, 0);
	CHECK(fd >= 0 && !kill(getpid(), SIGUSR1));
	CHECK(read(fd, &fdinfo, sizeof(fdinfo)) == sizeof(fdinfo));
	CHECK(fdinfo.ssi_signo == SIGUSR1 && fdinfo.ssi_pid == (uint32_t)getpid());
	return 0;
}
