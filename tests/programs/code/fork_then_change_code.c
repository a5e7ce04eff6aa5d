// SPDX-License-Identifier: MIT
// Parent and child change the same code in different ways.
#include <sys/mman.h>

#include "check.h"

static uint8_t *p;

static uint32_t call(void)
{
	return ((uint32_t(*)(void))p)();
}

static int child(void)
{
	CHECK(call() == 1);
	p[1] = 2;
	return (int)call();
}

int main(void)
{
	static const uint8_t code[] = { 0xb8, 1, 0, 0, 0, 0xc3 };
	pid_t pid;

	p = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(p != MAP_FAILED);
	memcpy(p, code, sizeof(code));
	CHECK(call() == 1);
	pid = spawn(child);
	p[1] = 3;
	CHECK(call() == 3);
	CHECK(WEXITSTATUS(wait_for(pid)) == 2);
	CHECK(call() == 3);
	return 0;
}
