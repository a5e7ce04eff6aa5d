// SPDX-License-Identifier: MIT
// With SA_RESTART a read goes on behind the handler.
#include "check.h"

static int fds[2];

/* The handler gives the read what it waits for. */
static void on_signal(int signo)
{
	(void)signo;
	CHECK(write(fds[1], "x", 1) == 1);
}

static int child(void)
{
	CHECK(!kill(getppid(), SIGUSR1));
	return 0;
}

int main(void)
{
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESTART };
	char c = 0;
	pid_t pid;

	CHECK(!pipe(fds));
	CHECK(!sigaction(SIGUSR1, &action, NULL));
	pid = spawn(child);
	CHECK(read(fds[0], &c, 1) == 1 && c == 'x');
	CHECK(wait_for(pid) == 0);
	return 0;
}
