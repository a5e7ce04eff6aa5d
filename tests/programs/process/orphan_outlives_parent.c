// SPDX-License-Identifier: MIT
// A grandchild whose parent ends gets another one, and still answers.
#include "check.h"

static int gate[2], answer[2];

static int grandchild(void)
{
	char c;
	pid_t parent;

	close(gate[1]);
	CHECK(read(gate[0], &c, 1) == 0);
	parent = getppid();
	CHECK(write(answer[1], &parent, sizeof(parent)) == sizeof(parent));
	return 0;
}

static int child(void)
{
	spawn(grandchild);
	return 0;
}

int main(void)
{
	pid_t pid, parent;

	CHECK(!pipe(gate) && !pipe(answer));
	pid = spawn(child);
	CHECK(wait_for(pid) == 0);
	close(gate[1]);
	CHECK(read(answer[0], &parent, sizeof(parent)) == sizeof(parent));
	CHECK(parent != pid && parent != getpid());
	close(answer[1]);
	CHECK(read(answer[0], &parent, 1) == 0);
	return 0;
}
