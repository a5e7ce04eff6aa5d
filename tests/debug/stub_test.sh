#!/bin/bash
# SPDX-License-Identifier: MIT
# -s serves a gdb that is started by hand, -k the next one too; gdb's death ends
# the replay.
. "$(dirname "$0")/debug_lib.sh"
compile program <<'C'
int f(int n) { return n + 1; }
int main(void) { return f(1) + f(2); }
C
recorded program
timeout 60 "$DEJA" replay -s 0 -k "$work/traces/program" >"$work/stub" 2>&1 </dev/null &
stub=$!
deadline=$((SECONDS + 20))
until port=$(grep -aoE '127\.0\.0\.1:[0-9]+|localhost:[0-9]+' "$work/stub" | head -1) && [ -n "$port" ]; do
	[ $SECONDS -lt $deadline ] || { fail "the port is not told"; cat "$work/stub"; kill $stub; finish; }
	sleep 0.05
done
for i in 1 2; do
	timeout 30 gdb -nx -q -batch -ex "target extended-remote $port" -ex 'break f' -ex continue -ex 'print n' \
		-ex 'detach' "$work/program" >"$session_file" 2>&1
	position=1
	expect 'Breakpoint 1, f' "\\\$1 = $i"
done
kill $stub
wait $stub 2>/dev/null
check_no_process_left
# gdb dies: deja ends too.
printf 'break f\ncontinue\nshell kill -KILL $PPID\n' >"$work/commands"
timeout 60 "$DEJA" replay -o -batch -x "$work/commands" "$work/traces/program" >"$session_file" 2>&1 </dev/null
[ $? != 124 ] || fail "deja did not end when gdb died"
check_no_process_left
finish
