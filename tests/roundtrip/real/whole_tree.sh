#!/bin/bash
# SPDX-License-Identifier: MIT
# label: slow
# timeout: 900
# Every file of the system is looked at. The system may change meanwhile, so
# only the replay is compared.
. "$(dirname "$0")/../roundtrip_lib.sh"
SECONDS_EACH=250 VARIES=1
roundtrip ls ls -lR /usr/share
roundtrip find find / -xdev -path /tmp -prune -o -path /root -prune -o -print
finish
