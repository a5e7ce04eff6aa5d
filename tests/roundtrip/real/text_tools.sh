#!/bin/bash
# SPDX-License-Identifier: MIT
# timeout: 300
# grep, sort with temporary files, awk, sed, sha256sum, and their pipes.
. "$(dirname "$0")/../roundtrip_lib.sh"
prepare()
{
	seq 1 60000 | awk '{ print ($1 * 7919) % 60013, "word" $1 % 97 }' >numbers
	mkdir tree
	for i in $(seq 40); do head -n $((i * 20)) numbers >tree/$i; done
}
roundtrip sha256sum sha256sum numbers /usr/bin/perl /bin/bash
roundtrip grep grep -rn 'word9[13]$' tree
roundtrip grep-usr grep -rlE 'struct +timespec' /usr/include
roundtrip sort sort --parallel=1 -S 200k -k2,2 -k1,1n numbers
roundtrip awk awk '{ n[$2] += $1 } END { for (k in n) print k, n[k] | "sort" }' numbers
roundtrip sed sed -n -e 's/word\([0-9]*\)/<\1>/p' numbers
roundtrip pipe sh -c 'cut -d" " -f2 numbers | sort --parallel=1 | uniq -c | sort -rn --parallel=1 | head -5'
roundtrip diff diff --label a --label b -u tree/3 tree/4
finish
