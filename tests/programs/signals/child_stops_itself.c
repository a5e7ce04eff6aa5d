// SPDX-License-Identifier: MIT
// A child stops by raise(SIGTSTP) and goes on in its SIGCONT handler.
#include "check.h"

static volatile int continued;

static void on_continue(int signo)
{
	(void)signo;
	continued = 1;
}

static int child(void)
{
	signal(SIGCONT, on_continue);
	setpgid(0, 0);
	raise(SIGSTOP);
	return continued ? 13 : 1;
}

int main(void)
{
	pid_t pid = spawn(child);
	siginfo_t info;

	CHECK(!waitid(P_PID, (id_t)pid, &info, WSTOPPED));
	CHECK(info.si_code == CLD_STOPPED && info.si_status == SIGSTOP);
	CHECK(!kill(pid, SIGCONT));
	CHECK(WEXITSTATUS(wait_for(pid)) == 13);
	return 0;
}
