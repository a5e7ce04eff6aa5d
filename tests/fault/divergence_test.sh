#!/bin/bash
# SPDX-License-Identifier: MIT
# A replay that comes to anything else than was recorded says at which event, and ends
# there: at calls that stop, and at those that are taken without a stop.
. "$(dirname "$0")/../roundtrip/roundtrip_lib.sh"
cd "$work"
change=$DEJA_GUESTS/../changed_event
"$DEJA" record -o good sh -c 'for i in 1 2 3; do echo $i; read a </etc/passwd; done; exit 7' >out 2>err ||
	[ $? = 7 ] || fail "record: $(cat err)"
"$DEJA" dump -r good >events 2>err || fail "dump: $(cat err)"

# The middle one of the events that match: there are calls to be taken on both sides.
number() { grep -E "kind=SYSCALL .* name=($1) " events | sed 's/^event=\([0-9]*\) .*/\1/' | sort -n | sed -n "$(($(grep -cE "kind=SYSCALL .* name=($1) " events) / 2 + 1))p"; }

"$change" good same 0 rbx 2>err || fail "copy: $(cat err)"
"$DEJA" replay -a same >replayed 2>err
[ $? = 7 ] && cmp -s out replayed || fail "the copy replays otherwise: $(cat err)"
for call in 'read|lseek' close 'newfstatat|fstat' openat mmap write; do
	n=$(number "$call")
	[ -n "$n" ] || { fail "no $call was recorded"; continue; }
	for what in rbx r12 rsp fs_base ticks nr; do
		rm -rf bad
		"$change" good bad "$n" $what 2>err || fail "changing $what of event $n: $(cat err)"
		timeout 60 "$DEJA" replay -a bad >replayed 2>err
		status=$?
		[ $status = 3 ] || fail "$what of event $n ($call): status $status"
		grep -q "^deja: .*diverged.* at event $n " err ||
			fail "$what of event $n ($call): $(head -2 err)"
		head -n "$(wc -l <replayed)" out | cmp -s - replayed || fail "$what of event $n: the output differs"
	done
done
finish
