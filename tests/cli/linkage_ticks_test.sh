#!/bin/bash
# SPDX-License-Identifier: MIT
# Ticks are those of the program where calls and jumps by linkage tables lead to other
# modules directly, whatever is pending there.
. "$(dirname "$0")/../roundtrip/roundtrip_lib.sh"
need cc
cd "$work"
export DEJA_CACHE_DIR=$work/cache LD_BIND_NOW=1

# One tick each; the second also leads to the third, with one pending.
cat >far.S <<'END'
	.globl alone, first, second
alone:	cmp $5, %edi
	jb 1f
1:	lea 2(%rdi), %eax
	ret
first:	mov $2, %ecx
	loop 2f
	ret
second:
2:	xor %eax, %eax
	lea 1(%rdi), %eax
	ret
	.section .note.GNU-stack, "", @progbits
END
# The same code is linked into the program and into a library.
cat >near.S <<'END'
	.macro mark
	mov $1, %eax
	mov $1, %edi
	xor %edx, %edx
	syscall
	.endm
	.macro times what
	mov $1000, %ebx
1:	mov $1, %edi
	\what
	dec %ebx
	jnz 1b
	mark
	.endm

	.globl NAME
NAME:	push %rbx
	push %r12
	mark
	times "call alone@PLT"
	times "call first@PLT"
	times "call tail"
	times "call tail_pending"
	times "call second@PLT"
	times "call *second@GOTPCREL(%rip)"
	times "call copies"
	pop %r12
	pop %rbx
	ret
tail:	jmp *second@GOTPCREL(%rip)
tail_pending:
	cmp $7, %edi
	je 1f
	nop
1:	jmp second@PLT
copies:	test %edi, %edi
	jz 1f
	cmp $9, %edi
	je 1f
	jmp *alone@GOTPCREL(%rip)
1:	ret
	.section .note.GNU-stack, "", @progbits
END
echo 'int near_here(void), near_there(void); int main(void) { near_here(); near_there(); return 0; }' >main.c
cc -shared far.S -o far.so && cc -shared -DNAME=near_there near.S -L. -l:far.so -o near.so &&
	cc -Wl,-z,now,-z,relro -DNAME=near_here main.c near.S -L. -l:near.so -l:far.so \
		-Wl,-rpath,"$work" -o program || { fail "compile"; finish; }

# count NAME COMMAND...: what is between the marks
count()
{
	local name=$1 want='2000 2000 1000 2000 1000 1000 4000' got
	shift
	rm -rf trace
	timeout 60 "$DEJA" record -o trace "$@" >/dev/null || fail "$name: recording"
	got=$("$DEJA" dump trace | sed -n 's/^ *[0-9]* *[0-9.]* *[0-9]* *\([0-9]*\)  write(1, .*, 0) .*/\1/p' |
		awk 'NR % 8 != 1 { print $1 - last } { last = $1 }' | xargs)
	[ "$got" = "$want $want" ] || fail "$name: the ticks are $got"
	timeout 60 "$DEJA" replay -a trace >/dev/null || fail "$name: replaying"
}

for way in "" "another "; do
	rm -rf cache
	count "${way}first run" ./program
	count "${way}second run" ./program
	# Where there is no dynamic linker to rely on.
	count "${way}by the linker" /lib64/ld-linux-x86-64.so.2 ./program
	cc -Wl,-z,lazy -DNAME=near_here main.c near.S -L. -l:near.so -l:far.so \
		-Wl,-rpath,"$work" -o program || fail "compile"
done
finish
