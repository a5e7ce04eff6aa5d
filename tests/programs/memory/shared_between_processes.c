// SPDX-License-Identifier: MIT
// Memory that fork shares: turns are taken through pipes.
#include <sys/mman.h>

#include "check.h"

static volatile int *shared;
static int ping[2], pong[2];

static int child(void)
{
	char c;

	for (int i = 0; i < 100; i++) {
		CHECK(read(ping[0], &c, 1) == 1);
		*shared = *shared * 3 + 1;
		CHECK(write(pong[1], &c, 1) == 1);
	}
	return 0;
}

int main(void)
{
	pid_t pid;
	char c = 0;

	shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	CHECK(shared != MAP_FAILED && !pipe(ping) && !pipe(pong));
	pid = spawn(child);
	for (int i = 0; i < 100; i++) {
		*shared = (*shared ^ i) & 0xffffff;
		CHECK(write(ping[1], &c, 1) == 1);
		CHECK(read(pong[0], &c, 1) == 1);
	}
	CHECK(wait_for(pid) == 0);
	printf("%d\n", *shared);
	return 0;
}
