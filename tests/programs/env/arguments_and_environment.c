// SPDX-License-Identifier: MIT
// argv, environ, setenv, and the auxiliary vector.
#include <sys/auxv.h>

#include "check.h"

int main(int argc, char **argv)
{
	CHECK(argc == 1 && argv[0] && !argv[1]);
	CHECK(getenv("HOME") && !getenv("NO_SUCH_VARIABLE"));
	CHECK(!setenv("NEW", "value", 1) && !strcmp(getenv("NEW"), "value"));
	CHECK(getauxval(AT_PAGESZ) == 4096 && getauxval(AT_ENTRY) && getauxval(AT_PHDR));
	CHECK(getauxval(AT_UID) == getuid() && getauxval(AT_SECURE) == 0);
	CHECK(strstr((char *)getauxval(AT_EXECFN), "arguments_and_environment"));
	return 0;
}
