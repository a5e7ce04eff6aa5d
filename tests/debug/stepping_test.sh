#!/bin/bash
# SPDX-License-Identifier: MIT
# step, next, stepi, nexti, until, advance; disassemble shows the program's code.
. "$(dirname "$0")/debug_lib.sh"
compile program <<'C'
#include <stdio.h>
static int inner(int n)
{
	return n * 3;
}
int main(void)
{
	int a = 1;
	a = inner(a);
	a = inner(a) + 1;
	for (int i = 0; i < 5; i++)
		a += i;
	printf("%d\n", a);
	return 0;
}
C
recorded program
session program <<'GDB'
break main
continue
next
step
step
finish
next
next
advance 13
print a
disassemble /r inner
display/i $pc
stepi
nexti
x/2xb inner
next
continue
GDB
expect 'Breakpoint 1, main' 'a = inner\(a\);' 'inner \(n=1\)' 'return n \* 3' \
	'Value returned is \$1 = 3' 'main \(\) at .*:13' '\$2 = 20' \
	'Dump of assembler code for function inner' 'push +%rbp' '=> 0x' '=> 0x' 'inner>:.*0x55.*0x48' \
	'^20' 'exited normally'
absent 'int3'
finish
