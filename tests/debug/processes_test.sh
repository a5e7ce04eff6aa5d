#!/bin/bash
# SPDX-License-Identifier: MIT
# Choosing a process (-p, -f), following an exec, -e, -g, deja ps.
. "$(dirname "$0")/debug_lib.sh"
compile child <<'C'
#include <stdio.h>
int in_child(int n) { return n + 1; }
int main(int argc, char **argv)
{
	printf("child program %s\n", argv[1]);
	return in_child(argc);
}
C
compile parent <<'C'
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>
int forked(int n) { return n * 2; }
int main(int argc, char **argv)
{
	int status;
	(void)argc;
	if (!fork())
		_exit(forked(21));
	wait(&status);
	if (!fork()) {
		execl(argv[1], "child", "first", (char *)NULL);
		_exit(1);
	}
	wait(&status);
	execl(argv[1], "child", "second", (char *)NULL);
	return 1;
}
C
recorded parent "$work/child"
"$DEJA" ps "$work/traces/parent" >"$work/ps"
cat "$work/ps"
[ "$(wc -l <"$work/ps")" = 4 ] || fail "deja ps: 3 processes expected"
forked=$(awk '/forked without exec/ { print $1 }' "$work/ps")
execed=$(awk '/child first/ { print $1 }' "$work/ps")

session parent <<'GDB'
break in_child
continue
GDB
# The first process becomes the child program, whose symbols gdb then has.
session parent <<'GDB'
catch exec
continue
break in_child
continue
info inferiors
backtrace
GDB
expect 'Catchpoint 1 .*exec' 'Breakpoint 2, in_child \(n=2\)' '#1 .* main \(argc=2'

session parent -p "$execed" <<'GDB'
break in_child
continue
up
print argv[1]
run
up
print argv[1]
continue
GDB
expect 'Breakpoint 1, in_child \(n=2\)' '\$1 = .*"first"' 'Breakpoint 1, in_child \(n=2\)' \
	'\$2 = .*"first"' 'exited with code 03'

session parent -p child <<'GDB'
break in_child
continue
up
print argv[1]
GDB
expect '\$1 = .*"first"'

session parent -f "$forked" <<'GDB'
break forked
continue
print n
continue
GDB
expect 'Breakpoint 1, forked \(n=21\)' '\$1 = 21' 'exited with code 052'

session parent -e <<'GDB'
info registers rip
when
continue
GDB
expect 'rip ' 'exited with code 03'

session parent -g 20 <<'GDB'
when
continue
GDB
expect '20' 'exited with code 03'
finish
