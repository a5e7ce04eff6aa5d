#!/bin/bash
# SPDX-License-Identifier: MIT
# rwatch stops behind a read, awatch behind reads and writes.
. "$(dirname "$0")/debug_lib.sh"
compile program <<'C'
static volatile long counter;
int main(void)
{
	long seen = 0;
	counter = 5;
	seen += counter;
	counter = 6;
	seen += counter;
	return (int)seen;
}
C
recorded program
session program <<'GDB'
break main
continue
rwatch counter
continue
continue
delete
continue
GDB
expect 'Breakpoint 1, main' 'Hardware read watchpoint 2: counter' 'Value = 5' 'Value = 6' \
	'exited with code 013'
session program <<'GDB'
break main
continue
awatch counter
continue
continue
continue
GDB
expect 'access .*watchpoint 2: counter' 'New value = 5' 'Value = 5' 'New value = 6'

# A slot as linkage tables have it: jumps by it are translated as what it leads to.
compile linked <<'C'
__asm__(".section .data.rel.ro, \"aw\"\n"
	"slot: .quad add\n"
	".text\n"
	"jump: jmp *slot(%rip)\n");
int jump(int);
static volatile int n;
int add(int more) { return n += more; }
int main(void)
{
	while (jump(1) < 10)
		;
	return n;
}
C
recorded linked
session linked <<'GDB'
break add if n == 5
continue
delete
rwatch *(long *)&slot
continue
print n
delete
continue
GDB
expect 'Breakpoint 1, add' 'read watchpoint 2' 'Value = [0-9]' '= 6' 'exited with code 012'
finish
