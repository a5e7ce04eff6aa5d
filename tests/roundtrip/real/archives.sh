#!/bin/bash
# SPDX-License-Identifier: MIT
# timeout: 600
# 8 MB packed by tar and compressed by each of the usual programs.
. "$(dirname "$0")/../roundtrip_lib.sh"
need xz zstd
SECONDS_EACH=200
# Text that compresses as text does, the same in every run.
prepare()
{
	mkdir files
	for i in 1 2 3 4 5 6 7 8; do
		seq -f "line %.0f of file $i, the quick brown fox" 1 22000 | head -c 1000000 >files/$i
	done
	tar --mtime=@0 --owner=0 --group=0 -cf files.tar files
}
roundtrip tar sh -c 'tar --mtime=@0 -czf all.tgz files && tar -tzf all.tgz && tar -xOf all.tgz files/3 | cksum'
roundtrip gzip sh -c 'gzip -9 -n files.tar && cksum files.tar.gz && gzip -dc files.tar.gz | cksum'
roundtrip xz sh -c 'xz -T1 -2 files.tar && cksum files.tar.xz && xz -T1 -dc files.tar.xz | cksum'
roundtrip zstd sh -c 'zstd -q --single-thread --no-asyncio files.tar && cksum files.tar.zst && zstd -q --single-thread --no-asyncio -dc files.tar.zst | cksum'
roundtrip bzip2 sh -c 'command -v bzip2 >/dev/null || exit 0; bzip2 files.tar && cksum files.tar.bz2'
finish
