// SPDX-License-Identifier: MIT
// Return addresses on the stack are the program's own, and backtrace(3) finds
// the functions.
#include <execinfo.h>

#include "check.h"

static void *seen[16];
static int n;

__attribute__((noinline)) static void *own_return_address(void)
{
	return __builtin_return_address(0);
}

__attribute__((noinline)) static int inner(void)
{
	n = backtrace(seen, 16);
	return n;
}

__attribute__((noinline)) static int outer(void)
{
	return inner() + 1;
}

int main(void)
{
	void *address = own_return_address();
	uintptr_t here = (uintptr_t)main;

	CHECK((uintptr_t)address > here && (uintptr_t)address < here + 400);
	CHECK(outer() >= 4);
	CHECK((uintptr_t)seen[1] > (uintptr_t)outer && (uintptr_t)seen[1] < (uintptr_t)outer + 64);
	CHECK((uintptr_t)seen[2] > here && (uintptr_t)seen[2] < here + 400);
	return 0;
}
