#!/bin/bash
# SPDX-License-Identifier: MIT
# The life of traces: made, listed, looked into, moved, replayed by short forms,
# deleted.
. "$(dirname "$0")/../roundtrip/roundtrip_lib.sh"
cd "$work"

must()
{
	timeout 60 "$@" >out 2>err || fail "$*: status $?: $(cat err)"
}

# lines PATTERN: the last command's output has it
has()
{
	grep -qE -- "$1" out || fail "no $1 in: $(head -50 out)"
}

must "$DEJA" record sh -c 'echo one; cat /etc/hostname; exit 0'
[ ! -s err ] || fail "a good recording is not silent: $(cat err)"
must "$DEJA" /bin/echo short form
has '^short form'
must "$DEJA" ls
[ "$(cat out)" = "$(printf 'echo-0\nsh-0')" ] || fail "ls: $(cat out)"
must "$DEJA" ls -l
has 'sh-0 .*kB +sh -c echo one'
must "$DEJA" replay -a
has '^short form'
must "$DEJA" replay -a sh-0
has '^one'
must "$DEJA" replay -a -q sh-0
[ ! -s out ] || fail "-q is not quiet"
must "$DEJA" ps sh-0
has 'PID.*PPID.*EXIT.*CMD'
has '[0-9]+.*0.*cat /etc/hostname'
must "$DEJA" dump sh-0
has 'execve|new image: '
has 'openat\(AT_FDCWD, "/etc/hostname", O_RDONLY'
has 'write\(1, "one\\n", 4\) = 4'
has 'exited with 0'
must "$DEJA" dump sh-0 10-12 20
[ "$(wc -l <out)" = 4 ] || fail "dump of ranges: $(cat out)"
must "$DEJA" dump -r sh-0 5
has '^event=5 .*rip=0x'
must "$DEJA" dump -s sh-0
has 'openat +[0-9]+'
must "$DEJA" traceinfo sh-0
has '"cut_off": null'
has '"events": [1-9]'
if [ -x /usr/bin/python3 ]; then
	cp out info.json
	must /usr/bin/python3 -I -c 'import json; i = json.load(open("info.json")); assert i["argv"][0] == "sh" and i["status"] == 0'
fi
must "$DEJA" traceinfo
must "$DEJA" mv echo-0 renamed
must "$DEJA" replay -a
has '^short form'
must "$DEJA" mv renamed ./elsewhere
must "$DEJA" replay -a ./elsewhere
has '^short form'
must "$DEJA" record -p 3 -o "$work/named" true 3>announced
[ "$(cat announced)" = "$work/named" ] || fail "-p: $(cat announced)"
must "$DEJA" record -v NEW=value -v HOME=/nowhere -o env sh -c 'echo $NEW $HOME'
has '^value /nowhere'
must "$DEJA" rm sh-0 ./elsewhere named env
must "$DEJA" ls
[ ! -s out ] && [ ! -e named ] || fail "rm left: $(cat out)"

# Exit statuses are the program's, of record and of replay.
for end in 'exit 7' 'kill -TERM $$' 'kill -KILL $$'; do
	sh -c "$end" 2>/dev/null
	wanted=$?
	"$DEJA" record -o end sh -c "$end" 2>/dev/null
	[ $? = $wanted ] || fail "record: $end"
	"$DEJA" replay -a end 2>/dev/null
	[ $? = $wanted ] || fail "replay: $end"
	rm -rf end
done

# A crash is told with place, event and how to replay.
"$DEJA" record sh -c 'kill -SEGV $$' 2>err
for pattern in 'killed by SIGSEGV at event [0-9]+' '#0 ' 'replay with: deja replay '; do
	grep -qE "$pattern" err || fail "crash report: no $pattern: $(cat err)"
done

# Recording within a recording.
"$DEJA" record -o outer "$DEJA" record true 2>err
[ $? = 1 ] && grep -q 'being recorded already' err || fail "nested: $(cat err)"
must "$DEJA" record -o outer2 "$DEJA" record --nested=ignore echo inner
has '^inner'
finish
