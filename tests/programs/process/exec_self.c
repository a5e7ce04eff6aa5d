// SPDX-License-Identifier: MIT
// A program executes itself again by /proc/self/exe, and finds its arguments.
#include "check.h"

int main(int argc, char **argv)
{
	char next[16];
	int depth = argc > 1 ? atoi(argv[1]) : 0;

	printf("depth %d, %d arguments\n", depth, argc);
	fflush(stdout);
	if (depth == 3)
		return 0;
	snprintf(next, sizeof(next), "%d", depth + 1);
	execl("/proc/self/exe", "again", next, "x", (char *)NULL);
	CHECK(!"exec");
	return 1;
}
