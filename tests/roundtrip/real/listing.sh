#!/bin/bash
# SPDX-License-Identifier: MIT
# timeout: 300
# ls and find over large trees.
. "$(dirname "$0")/../roundtrip_lib.sh"
roundtrip ls ls -lR /usr/share/doc /usr/share/perl /usr/include
roundtrip ls-missing ls -l /no/such/file /etc/passwd
roundtrip find find /usr -xdev -name '*.h' -size +20k
roundtrip du du -s /usr/include
finish
