// SPDX-License-Identifier: MIT
// abort() with and behind a handler.
// expect: signal 6
#include "check.h"

static void on_abort(int signo)
{
	(void)signo;
	CHECK(write(STDOUT_FILENO, "handler\n", 8) == 8);
}

int main(void)
{
	signal(SIGABRT, on_abort);
	abort();
}
