// SPDX-License-Identifier: MIT
// wait4 with usage, waitid with WNOWAIT, waitpid with WNOHANG and for a group.
#include <sys/resource.h>

#include "check.h"

static int gate[2];

static int wait_for_gate(void)
{
	char c;

	close(gate[1]);
	return read(gate[0], &c, 1) == 0 ? 9 : 1;
}

int main(void)
{
	struct rusage usage;
	siginfo_t info = { 0 };
	int status;
	pid_t pid;

	CHECK(!pipe(gate));
	pid = spawn(wait_for_gate);
	CHECK(waitpid(pid, &status, WNOHANG) == 0);
	close(gate[1]);
	CHECK(!waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT));
	CHECK(info.si_pid == pid && info.si_code == CLD_EXITED && info.si_status == 9);
	CHECK(wait4(0, &status, 0, &usage) == pid && WEXITSTATUS(status) == 9);
	CHECK(usage.ru_maxrss > 0);
	CHECK(waitpid(pid, &status, 0) == -1 && errno == ECHILD);
	return 0;
}
