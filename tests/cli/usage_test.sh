#!/bin/bash
# SPDX-License-Identifier: MIT
# The user's mistakes: one clear line each, and the right exit status.
. "$(dirname "$0")/../roundtrip/roundtrip_lib.sh"
cd "$work"

# refused STATUS PATTERN ARGS: deja ARGS says one line that matches
refused()
{
	local wanted=$1 pattern=$2 status
	shift 2
	timeout 20 "$DEJA" "$@" >out 2>err </dev/null
	status=$?
	[ $status = "$wanted" ] || fail "deja $*: status $status, not $wanted"
	[ ! -s out ] || fail "deja $*: it printed on stdout"
	[ "$(wc -l <err)" = 1 ] || fail "deja $*: not one line: $(cat err)"
	grep -qE "^deja: .*$pattern" err || fail "deja $*: no $pattern in: $(cat err)"
}

refused 2 'no command'
refused 2 'unknown option --nonsense' --nonsense
refused 2 'which program' record
refused 2 'unknown option -Z' record -Z true
refused 2 'option -o needs a value' record -o
refused 2 'option --output-trace-dir needs a value' record --output-trace-dir
refused 2 '--chaos is not supported: ' record --chaos true
refused 2 '-h is not supported: ' record -h true
refused 2 '--num-cpu-ticks is not supported: ' record --num-cpu-ticks=5 true
refused 2 'no signal SIGNONE' record -i SIGNONE true
refused 2 'NAME=VALUE' record -v NAME true
refused 2 '--verify needs' record --verify=x true
refused 2 '--nested must be' record --nested=maybe true
refused 2 'release is not supported' record --nested=release true
refused 127 'no such program in PATH' record no-such-program
refused 127 'No such file' record ./no-such-program
echo text >plain
refused 126 'cannot be executed' record ./plain
refused 126 'is a directory' record /tmp/
chmod +x plain
printf '\177ELF\001\001\001' >elf32
head -c 4096 /dev/zero >>elf32
chmod +x elf32
refused 126 '.' record ./elf32
mkdir there
refused 1 'exists already' record -o there true
refused 1 '.' record -o /proc/nothing/here true
refused 1 '.' replay
refused 1 '.' replay no-such-trace
refused 1 '.' replay /etc
refused 1 '.' ps no-such-trace
refused 1 '.' dump no-such-trace
refused 1 '.' rm no-such-trace
refused 1 '.' rm /etc
refused 1 '.' mv no-such-trace other
refused 1 '.' traceinfo /etc
refused 2 'one trace' replay a b
refused 2 'exclude' replay -p 1 -f 2
refused 2 '-k needs -s' replay -k
refused 2 'needs a number' replay -g x
refused 2 'no command' help nonsense
refused 2 'no event' dump trace x-y
[ -d /etc ] || fail "/etc is gone"
[ -z "$(ls "$DEJA_TRACE_DIR")" ] || fail "a trace was made: $(ls "$DEJA_TRACE_DIR")"

for command in record replay ps ls rm mv dump traceinfo help; do
	"$DEJA" help $command >out 2>err || fail "help $command"
	"$DEJA" $command --help >out2 2>>err || fail "$command --help"
	cmp -s out out2 && [ -s out ] && [ ! -s err ] || fail "help of $command"
done
"$DEJA" --version | grep -qx 'deja [0-9.]*' || fail "--version"
"$DEJA" help >/dev/full 2>err && fail "a full stdout is no failure"
finish
