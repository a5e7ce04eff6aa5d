// SPDX-License-Identifier: MIT
// Coroutines on stacks of their own, by swapcontext.
#include <ucontext.h>

#include "check.h"

static ucontext_t main_context, contexts[3];
static char stacks[3][65536];
static char order[64];

static void coroutine(int id)
{
	for (int i = 0; i < 5; i++) {
		size_t n = strlen(order);

		order[n] = (char)('a' + id);
		swapcontext(&contexts[id], &main_context);
	}
}

int main(void)
{
	for (volatile int i = 0; i < 3; i++) {
		int id = i;

		CHECK(!getcontext(&contexts[id]));
		contexts[id].uc_stack.ss_sp = stacks[id];
		contexts[id].uc_stack.ss_size = sizeof(stacks[id]);
		contexts[id].uc_link = &main_context;
		makecontext(&contexts[id], (void (*)(void))(intptr_t)coroutine, 1, id);
	}
	for (int i = 0; i < 5; i++)
		for (int id = 0; id < 3; id++)
			CHECK(!swapcontext(&main_context, &contexts[id]));
	CHECK(!strcmp(order, "abcabcabcabcabc"));
	puts(order);
	return 0;
}
