#!/bin/bash
# SPDX-License-Identifier: MIT
# `run` starts over, `when` tells the time, detach and kill end the session, and
# no process stays behind.
. "$(dirname "$0")/debug_lib.sh"
compile program <<'C'
#include <stdio.h>
static int value;
static int f(int n) { value = n; return n; }
int main(void)
{
	for (int i = 0; i < 3; i++)
		printf("%d\n", f(i));
	return 0;
}
C
recorded program
session program <<'GDB'
break f
continue
when
when-ticks
continue
print value
run
print n
when-ticks
continue
delete
continue
run
print value
GDB
expect 'Breakpoint 1, f \(n=0\)' 'event|Current' '[0-9]' 'Breakpoint 1, f \(n=1\)' '\$1 = 0' \
	'Breakpoint 1, f \(n=0\)' '\$2 = 0' 'Breakpoint 1, f \(n=1\)' 'exited normally'
session program <<'GDB'
break f
continue
detach
GDB
expect 'Detaching|detached'
check_no_process_left
session program <<'GDB'
break f
continue
kill
GDB
expect 'killed'
check_no_process_left
finish
