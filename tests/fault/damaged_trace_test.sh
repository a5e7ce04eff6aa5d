#!/bin/bash
# SPDX-License-Identifier: MIT
# A trace whose bytes were changed gives an error that says where, or is cut off;
# never a crash or a wrong answer.
. "$(dirname "$0")/../roundtrip/roundtrip_lib.sh"
cd "$work"
"$DEJA" record -o good sh -c 'for i in 1 2 3; do echo $i; /bin/echo $i; done' >out 2>err || fail "record"
size=$(stat -c %s good/events)
for percent in 1 10 30 50 70 90 99; do
	rm -rf bad && cp -r good bad
	at=$((size * percent / 100))
	printf '\x5a\xa5' | dd of=bad/events bs=1 seek=$at conv=notrunc status=none
	timeout 60 "$DEJA" replay -a bad >replayed 2>err
	status=$?
	[ $status -le 1 ] || fail "changed at $percent%: status $status: $(cat err)"
	grep -q '^deja: ' err || fail "changed at $percent%: nothing was said"
	head -n "$(wc -l <replayed)" out | cmp -s - replayed || fail "changed at $percent%: the output differs"
	cp good/events bad/events && truncate -s $at bad/events
	timeout 60 "$DEJA" replay -a bad >replayed 2>err
	status=$?
	[ $status -le 1 ] || fail "cut at $percent%: status $status: $(cat err)"
	grep -q '^deja: ' err || fail "cut at $percent%: nothing was said"
done
sed -i 's/"version": *1\b/"version": 999/' bad/header.json
timeout 20 "$DEJA" replay -a bad >replayed 2>err
[ $? = 1 ] && grep -q '^deja: .*version' err || fail "another version: $(cat err)"
echo '{' >bad/header.json
timeout 20 "$DEJA" replay -a bad >replayed 2>err
[ $? = 1 ] && [ "$(wc -l <err)" = 1 ] || fail "nonsense header: $(cat err)"
finish
