// SPDX-License-Identifier: MIT
// Both standard streams, buffered and not, in the order of their writing.
#include "check.h"

int main(void)
{
	for (int i = 0; i < 5; i++) {
		fprintf(stdout, "out %d\n", i);
		fprintf(stderr, "err %d\n", i);
	}
	fflush(stdout);
	CHECK(write(STDOUT_FILENO, "raw\0bytes\xff\n", 11) == 11);
	return 0;
}
