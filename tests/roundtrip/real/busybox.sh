#!/bin/bash
# SPDX-License-Identifier: MIT
# busybox, linked statically.
. "$(dirname "$0")/../roundtrip_lib.sh"
need busybox
prepare() { seq 3000 >numbers; }
roundtrip sh busybox sh -c 'for i in 1 2 3; do echo $i; done | sort -r; exit 6'
roundtrip wc busybox wc numbers
roundtrip sha busybox sha1sum numbers
roundtrip awk busybox awk '{ s += $1 * $1 } END { print s }' numbers
roundtrip find busybox find /usr/include/linux -name 'if_*.h'
roundtrip gzip busybox sh -c 'gzip -c numbers | gunzip -c | md5sum'
finish
