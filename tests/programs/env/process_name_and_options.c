// SPDX-License-Identifier: MIT
// prctl: name, dumpable, parent-death signal, no_new_privs.
#include <sys/prctl.h>

#include "check.h"

int main(void)
{
	char name[16];
	int signo = -1;

	CHECK(!prctl(PR_SET_NAME, "renamed") && !prctl(PR_GET_NAME, name));
	CHECK(!strcmp(name, "renamed"));
	CHECK(!prctl(PR_SET_PDEATHSIG, SIGTERM) && !prctl(PR_GET_PDEATHSIG, &signo));
	CHECK(signo == SIGTERM);
	CHECK(prctl(PR_GET_DUMPABLE) >= 0);
	CHECK(!prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	return 0;
}
