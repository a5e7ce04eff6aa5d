// SPDX-License-Identifier: MIT
// Each process makes two, six levels deep; the leaves are counted.
#include "check.h"

static int tree(int depth)
{
	int leaves = 0;

	if (!depth)
		return 1;
	for (int i = 0; i < 2; i++) {
		pid_t pid = fork();

		CHECK(pid >= 0);
		if (!pid)
			_exit(tree(depth - 1));
		leaves += WEXITSTATUS(wait_for(pid));
	}
	return leaves;
}

int main(void)
{
	int leaves = tree(4);

	CHECK(leaves == 16);
	printf("%d\n", leaves);
	return 0;
}
