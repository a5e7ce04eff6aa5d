#!/bin/bash
# SPDX-License-Identifier: MIT
# Signals stop gdb, with their siginfo; handle nostop; stepping into a handler.
. "$(dirname "$0")/debug_lib.sh"
compile program <<'C'
#include <signal.h>
#include <stdio.h>
#include <unistd.h>
static volatile int count;
static void handler(int signo)
{
	count += signo;
}
int main(void)
{
	signal(SIGUSR1, handler);
	signal(SIGUSR2, handler);
	raise(SIGUSR1);
	raise(SIGUSR2);
	raise(SIGUSR1);
	printf("%d\n", count);
	fflush(stdout);
	*(volatile int *)0x123 = 1;
	return 0;
}
C
recorded program
session program <<'GDB'
handle SIGUSR2 nostop noprint pass
continue
print $_siginfo.si_signo
print $_siginfo._sifields._kill.si_pid == $_inferior_thread_count * 0 + $_siginfo._sifields._kill.si_pid
break handler
continue
print signo
delete
continue
continue
print $_siginfo.si_signo
print $_siginfo._sifields._sigfault.si_addr
backtrace
continue
GDB
expect 'received signal SIGUSR1' '\$1 = 10' '\$2 = 1' 'Breakpoint 1, handler \(signo=10\)' '\$3 = 10' \
	'received signal SIGUSR1' '^32' 'received signal SIGSEGV' '\$4 = 11' '\$5 = \(void \*\) 0x123' \
	'#0 .* main \(\)' 'Program terminated with signal SIGSEGV'
absent 'received signal SIGUSR2'
finish
