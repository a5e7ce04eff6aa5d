#!/bin/bash
# SPDX-License-Identifier: MIT
# timeout: 300
# The recorder is killed at various moments: what was recorded replays to its
# end, and deja says that the trace is cut off. The tracee is gone.
. "$(dirname "$0")/../roundtrip/roundtrip_lib.sh"
cat >"$work/program.c" <<'C'
#include <stdio.h>
#include <unistd.h>
int main(void)
{
	unsigned x = 1;
	for (int i = 0; ; i++) {
		char line[32];
		for (int j = 0; j < 20000; j++)
			x = x * 1664525 + 1013904223;
		int n = snprintf(line, sizeof(line), "%d %x\n", i, x);
		if (write(1, line, (size_t)n) != n)
			return 1;
	}
}
C
gcc -O1 -o "$work/program" "$work/program.c" || fail "compile"
cd "$work"
# Killed when so many lines were written.
for lines in 1 1000 30000 60000; do
	rm -f out
	"$DEJA" record -o "traces/$lines" ./program >out 2>err &
	recorder=$!
	until [ -s out ] && [ "$(wc -l <out)" -ge $lines ] || ! kill -0 $recorder 2>/dev/null; do :; done
	kill -KILL $recorder
	wait $recorder 2>/dev/null
	check_no_process_left
	timeout 60 "$DEJA" replay -a "traces/$lines" >replayed 2>err
	status=$?
	# Before its first frame is complete, a trace is empty.
	if [ $status = 1 ] && [ $lines -lt 10000 ] && grep -q '^deja: .*empty' err; then
		continue
	fi
	[ $status = 0 ] || fail "replay after $lines lines: status $status: $(cat err)"
	grep -q '^deja: the trace is cut off: ' err || fail "not told: $(cat err)"
	n=$(wc -l <replayed)
	[ "$n" -le "$(wc -l <out)" ] || fail "more than was recorded"
	head -n "$n" out | cmp -s - replayed || fail "$lines: the output differs"
	echo "killed at $lines lines: $n replayed"
	"$DEJA" traceinfo "traces/$lines" | grep -q '"cut_off": "' || fail "traceinfo: cut_off"
	"$DEJA" ps "traces/$lines" >/dev/null 2>&1 || fail "ps"
done
finish
