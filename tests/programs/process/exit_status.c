// SPDX-License-Identifier: MIT
// The status of main is the program's.
// expect: exit 3
#include "check.h"

static void last_words(void)
{
	puts("atexit");
}

int main(void)
{
	atexit(last_words);
	return 3;
}
