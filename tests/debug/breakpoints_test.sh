#!/bin/bash
# SPDX-License-Identifier: MIT
# break, tbreak, conditions, ignore counts, bt, print, finish, until, libc.
. "$(dirname "$0")/debug_lib.sh"
compile program <<'C'
#include <stdio.h>
#include <string.h>
#include <stdlib.h>
struct point { int x, y; const char *name; };
static int sum;
static int add(int n)
{
	sum += n;
	return sum * 2;
}
static int outer(struct point *p)
{
	int r = add(p->x);
	r += add(p->y);
	return r;
}
int main(void)
{
	struct point p = { 3, 4, "here" };
	for (int i = 0; i < 10; i++) {
		p.x = i;
		outer(&p);
	}
	char *copy = strdup(p.name);
	puts(copy);
	free(copy);
	return sum & 0x7f;
}
C
recorded program
session program <<'GDB'
break outer
continue
print *p
backtrace
up
info locals
delete
break add if n == 7
continue
print n
print sum
finish
delete
tbreak strdup
continue
backtrace
finish
until
info breakpoints
continue
GDB
expect 'Breakpoint 1, outer \(p=' '\$1 = \{x = 0, y = 4, name = 0x[0-9a-f]+ "here"\}' \
	'#0 +outer' '#1 .* main \(\)' 'i = 0' \
	'Breakpoint 2, add \(n=7\)' '\$2 = 7' '\$3 = 49' 'Value returned is \$4 = 112' \
	'Temporary breakpoint 3(\.1)?, .*strdup' '#1 .* main' 'puts|copy' \
	'No breakpoints' '^here' 'exited with code'
# Breakpoints change nothing: the replay says what the recording said.
replay program
same program recorded replayed out
same program recorded replayed status
finish
