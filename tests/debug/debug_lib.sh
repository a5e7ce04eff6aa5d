# SPDX-License-Identifier: MIT
# For scripts that debug a recording with gdb in batch mode.
#
#	. "$(dirname "$0")/debug_lib.sh"
#	compile loop <<'C' ... C
#	recorded loop				# $work/loop, into trace "loop"
#	session loop [OPTIONS OF REPLAY] <<'GDB' ... GDB
#	expect 'Breakpoint 1, f \(n=3\)'	# lines of the answer, in this order
#	absent 'Error'				# nowhere in the answer
#	finish

. "$(dirname "${BASH_SOURCE[0]}")/../roundtrip/roundtrip_lib.sh"
need gdb gcc
session_file=$work/session

# compile NAME [FLAGS]: C from standard input to $work/NAME
compile()
{
	local name=$1
	shift
	cat >"$work/$name.c"
	gcc -g -O0 -D_GNU_SOURCE -o "$work/$name" "$work/$name.c" "$@" || { fail "compile $name"; finish; }
}

# recorded NAME [ARGS]
recorded()
{
	local name=$1
	shift
	cd "$work" && run_step "$name" recorded "$DEJA" record -o "$work/traces/$name" "$work/$name" "$@"
}

# session TRACE [OPTIONS]: commands from standard input; the answer is kept
session()
{
	local trace=$1
	shift
	{
		echo 'set pagination off'
		echo 'set width 0'
		cat
	} >"$work/commands"
	timeout -k 5 "${SECONDS_EACH:-60}" "$DEJA" replay -o -batch -x "$work/commands" "$@" \
		"$work/traces/$trace" >"$session_file" 2>&1 </dev/null
	session_status=$?
	[ $session_status != 124 ] || fail "session $trace: no end"
	position=1
}

# The pattern (extended) is searched behind the line of the last one.
expect()
{
	local pattern line
	for pattern; do
		line=$(tail -n +$position "$session_file" | grep -anE -m1 -- "$pattern" | cut -d: -f1)
		if [ -z "$line" ]; then
			fail "not in the session (behind line $position): $pattern"
			sed 's/^/    /' "$session_file" >&2
			return
		fi
		position=$((position + line))
	done
}

absent()
{
	if grep -aqE -- "$1" "$session_file"; then
		fail "in the session, and should not be: $1"
		sed 's/^/    /' "$session_file" >&2
	fi
}
