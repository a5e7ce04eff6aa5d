#!/bin/bash
# SPDX-License-Identifier: MIT
# General, flags, segment, x87 and vector registers; the auxiliary vector.
. "$(dirname "$0")/debug_lib.sh"
compile program <<'C'
#include <stdint.h>
int main(void)
{
	static const uint32_t v[8] __attribute__((aligned(32))) = { 1, 2, 3, 4, 5, 6, 7, 8 };
	__asm__ volatile("mov $0x1234, %%r12\n"
			 "movdqa %0, %%xmm3\n"
			 "fldpi\n"
			 "stc\n"
			 ".globl here\n"
			 "here: nop\n"
			 "fstp %%st(0)\n"
			 "mov $7, %%r12\n" : : "m"(v) : "r12", "xmm3", "cc");
	return 0;
}
C
recorded program
session program <<'GDB'
break here
continue
print/x $r12
print $xmm3.v4_int32
print $st0
info registers eflags rip
print $fs_base != 0
info registers ymm3
info auxv
stepi
print $pc - (long)&here
GDB
expect 'Breakpoint 1' '\$1 = 0x1234' '\$2 = \{1, 2, 3, 4\}' '\$3 = 3\.14159' 'eflags .* CF ' 'rip .* <main' \
	'\$4 = 1' 'AT_ENTRY' 'AT_RANDOM'
expect '\$5 = .*1$'
if grep -qw avx /proc/cpuinfo; then
	position=1
	expect 'ymm3 .*v8_int32 = \{(0x)?1, (0x)?2, (0x)?3, (0x)?4, '
fi
finish
