// SPDX-License-Identifier: MIT
// Job control: a child is stopped, continued and killed; each is waited for.
#include "check.h"

static int child(void)
{
	pause();
	return 1;
}

int main(void)
{
	pid_t pid = spawn(child);
	int status;

	CHECK(!kill(pid, SIGSTOP));
	CHECK(waitpid(pid, &status, WUNTRACED) == pid);
	CHECK(WIFSTOPPED(status) && WSTOPSIG(status) == SIGSTOP);
	CHECK(!kill(pid, SIGCONT));
	CHECK(waitpid(pid, &status, WCONTINUED) == pid && WIFCONTINUED(status));
	CHECK(!kill(pid, SIGKILL));
	status = wait_for(pid);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	return 0;
}
