/* SPDX-License-Identifier: MIT */
/* Asks for a shadow stack, which a machine may have: recorded there is none, and what is
 * called returns all the same. */
#include <signal.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#define ARCH_SHSTK_ENABLE 0x5001L
#define ARCH_SHSTK_SHSTK 1L

static volatile int signals;

static void handler(int signo)
{
	signals += signo;
}

static __attribute__((noinline)) long sum(long n)
{
	return n ? n + sum(n - 1) : 0;
}

int main(void)
{
	char text[64];
	long result;
	int n;

	signal(SIGUSR1, handler);
	/* main must not return behind this: its own return address is not in it */
	__asm__ volatile("syscall" : "=a"(result)
			 : "0"((long)SYS_arch_prctl), "D"(ARCH_SHSTK_ENABLE), "S"(ARCH_SHSTK_SHSTK)
			 : "rcx", "r11", "memory");
	raise(SIGUSR1);
	n = snprintf(text, sizeof(text), "sum %ld, %d signals\n", sum(1000), signals / SIGUSR1);
	_exit(write(1, text, (size_t)n) != n);
}
