#!/bin/bash
# SPDX-License-Identifier: MIT
# An entry of a linkage table can be stopped at and stepped through, though calls that
# nobody looks at do not pass it.
. "$(dirname "$0")/debug_lib.sh"
compile program -fno-builtin -Wl,-z,now,-z,relro <<'C'
#include <stdio.h>
int main(void)
{
	for (int i = 0; i < 6; i++)
		puts("line");
	return 0;
}
C
recorded program
session program <<'GDB'
break puts
continue
continue
delete
break 'puts@plt'
continue
x/i $rip
stepi
x/i $rip
continue
delete
break puts
continue
stepi
delete
continue
GDB
expect 'Breakpoint 1, .*puts' 'Breakpoint 1, .*puts' 'Breakpoint 2, .* in puts@plt' \
	'=> .*<puts@plt' '=> .*puts>:' 'Breakpoint 2, .* in puts@plt' 'Breakpoint 3, .*puts' \
	'exited normally'
finish
