// SPDX-License-Identifier: MIT
// A request goes to a child through one pipe, the answer comes by another.
#include "check.h"

static int to_child[2], to_parent[2];

static int child(void)
{
	int n;

	close(to_child[1]);
	while (read(to_child[0], &n, sizeof(n)) == sizeof(n)) {
		n *= n;
		CHECK(write(to_parent[1], &n, sizeof(n)) == sizeof(n));
	}
	return 0;
}

int main(void)
{
	pid_t pid;
	int sum = 0;

	CHECK(!pipe(to_child) && !pipe(to_parent));
	pid = spawn(child);
	for (int i = 0; i < 50; i++) {
		int n = i;

		CHECK(write(to_child[1], &n, sizeof(n)) == sizeof(n));
		CHECK(read(to_parent[0], &n, sizeof(n)) == sizeof(n));
		sum += n;
	}
	close(to_child[1]);
	CHECK(wait_for(pid) == 0);
	CHECK(sum == 40425);
	printf("%d\n", sum);
	return 0;
}
