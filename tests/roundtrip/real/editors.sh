#!/bin/bash
# SPDX-License-Identifier: MIT
# vim -es, and less and vim in a terminal of script(1)'s.
. "$(dirname "$0")/../roundtrip_lib.sh"
need vim less script
prepare() { seq 200 >file; }
export TERM=xterm COLUMNS=80 LINES=24
roundtrip vim-es vim -u NONE -i NONE -n -es -c '%s/1/one/g' -c '$put =line(\"$\")' -c '%print' -c 'wq' file
VARIES=1
printf 'q' >"$work/keys"
STDIN=$work/keys
roundtrip less script -qec 'less file' /dev/null
STDIN=/dev/null
roundtrip vim script -qec 'vim -u NONE -i NONE -n -c "normal 5Gddp" -c "wq" file' /dev/null
finish
