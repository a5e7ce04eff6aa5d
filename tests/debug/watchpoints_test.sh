#!/bin/bash
# SPDX-License-Identifier: MIT
# watch: conditions, several one after another, writes by system calls and by
# instructions that store images of registers.
. "$(dirname "$0")/debug_lib.sh"
compile program <<'C'
#include <stdio.h>
#include <string.h>
#include <unistd.h>
static volatile long counter, other;
static char buffer[64];
static int fds[2];
static void change(long n)
{
	counter = n;
}
int main(void)
{
	long seen = 0;
	for (long i = 1; i <= 5; i++) {
		change(i * 10);
		other += i;
	}
	seen = counter;
	memset(buffer, 'm', sizeof(buffer));
	if (pipe(fds) || write(fds[1], "kernel", 6) != 6 || read(fds[0], buffer + 8, 6) != 6)
		return 1;
	printf("%ld %ld %.20s\n", seen, other, buffer);
	return 0;
}
C
recorded program
session program <<'GDB'
break main
continue
watch counter
continue
continue
backtrace 2
delete
watch other if other > 6
continue
print other
delete
watch buffer[10]
continue
continue
backtrace
print buffer[10]
delete
continue
GDB
expect 'Breakpoint 1, main' 'Old value = 0' 'New value = 10' 'Old value = 10' 'New value = 20' \
	'#0 +change \(n=20\)' '#1 .* main' 'New value = 10' '\$1 = 10' \
	"New value = 109 'm'" "New value = 114 'r'" '#0 .* (__GI___libc_)?read' "\\\$2 = 114 'r'" \
	'^50 15 mmmmmmmmkernelmmmmmm' 'exited normally'

compile images <<'C'
static unsigned char fx_image[1024] __attribute__((aligned(64)));
static unsigned char xsave_image[1024] __attribute__((aligned(64)));
static volatile int counter;
static void store_images(void)
{
	__asm__ volatile("fninit\n fxsave64 %0\n xchg %%ax, %%ax\n nop\n"
			 "pcmpeqd %%xmm0, %%xmm0\n xsave64 %1\n xchg %%bx, %%bx\n nop"
			 : "+m"(fx_image), "+m"(xsave_image)
			 : "a"(2), "d"(0)
			 : "xmm0");
}
int main(void)
{
	store_images();
	counter++;
	return 0;
}
C
recorded images
session images <<'GDB'
break main
continue
watch fx_image[0]
continue
x/i $pc
delete
watch xsave_image[160]
continue
x/i $pc
delete
continue
GDB
expect "New value = 127" 'xchg +%ax,%ax' 'New value = 255' 'xchg +%bx,%bx' 'exited normally'
finish
