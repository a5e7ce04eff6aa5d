#!/bin/bash
# SPDX-License-Identifier: MIT
# Executing a 32-bit program fails, as where the kernel runs none, and the recording goes
# on; where it cannot, what was recorded stays.
. "$(dirname "$0")/../roundtrip/roundtrip_lib.sh"
need gcc
cd "$work"
echo 'void _start(void) { for (;;) ; }' >small.c
gcc -m32 -nostdlib -ffreestanding -fno-pic -no-pie small.c -o small 2>err || skip "no 32-bit programs can be made here"
(timeout 0.2 ./small; [ $? = 124 ]) || skip "no 32-bit programs run here"
mkdir sub
mv small sub

timeout 60 "$DEJA" record -o trace sh -c './sub/small; echo $?; cd sub; ./small; echo $?; "$OLDPWD"/sub/small; echo $?' \
	>recorded 2>err || fail "status $?: $(cat err)"
[ "$(xargs <recorded)" = "126 126 126" ] || fail "it printed $(cat recorded): $(cat err)"
[ "$(grep -c '^deja: .*32-bit' err)" = 1 ] || fail "not one warning: $(cat err)"
timeout 60 "$DEJA" replay -a trace >replayed 2>err || fail "replay: $(cat err)"
cmp -s recorded replayed || fail "replayed: $(cat replayed)"

timeout 60 "$DEJA" record -o first sub/small 2>err
[ $? = 126 ] && [ ! -e first ] || fail "the program itself: $(cat err)"

# The kernel finds this one by itself.
printf '#!%s/sub/small\n' "$work" >script
chmod +x script
timeout 60 "$DEJA" record -o cut sh -c 'echo before; ./script; echo after' >recorded 2>err
[ $? = 1 ] || fail "an interpreter: $(cat err)"
timeout 60 "$DEJA" replay -a cut >replayed 2>err
[ "$(cat replayed)" = before ] || fail "what was recorded until then: $(cat replayed err)"
finish
