#!/bin/bash
# SPDX-License-Identifier: MIT
# alone: other recordings link to the libraries, which changes their ctime, and then
# they are stored again.
# A full disk ends the recording with a clear message; what was stored replays.
. "$(dirname "$0")/../roundtrip/roundtrip_lib.sh"
mkdir "$work/disk"
mount -t tmpfs -o size=12m none "$work/disk" 2>/dev/null || skip "no permission to mount a small file system"
unmount() { umount "$work/disk"; cleanup; }
trap unmount EXIT
cd "$work"
# Random bytes do not compress.
timeout 100 "$DEJA" record -o disk/trace sh -c 'while :; do head -c 100000 /dev/urandom | cksum; done' >out 2>err
status=$?
[ $status = 1 ] || fail "status $status, not 1: $(cat err)"
grep -qiE '^deja: .*(no space|full)' err || fail "not told: $(cat err)"
check_no_process_left
timeout 60 "$DEJA" replay -a disk/trace >replayed 2>err
[ $? = 0 ] || fail "replay: $(cat err)"
grep -q '^deja: the trace is cut off: ' err || fail "not told: $(cat err)"
n=$(wc -l <replayed)
[ "$n" -gt 3 ] || fail "only $n lines were stored"
head -n "$n" out | cmp -s - replayed || fail "the output differs"
finish
