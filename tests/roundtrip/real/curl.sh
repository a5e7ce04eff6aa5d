#!/bin/bash
# SPDX-License-Identifier: MIT
# timeout: 300
# curl fetches from a local python3 -m http.server: both in one recording, under
# a shell that ends the server.
. "$(dirname "$0")/../roundtrip_lib.sh"
need curl
[ -x /usr/bin/python3 ] || skip "/usr/bin/python3 is not installed"
cat >"$work/script" <<'SH'
/usr/bin/python3 -I -u -m http.server --bind 127.0.0.1 0 >log 2>&1 &
server=$!
until port=$(sed -n 's/.* port \([0-9]*\) .*/\1/p' log) && [ -n "$port" ]; do :; done
curl -s -S "http://127.0.0.1:$port/file" | cksum
curl -s -o /dev/null -w '%{http_code}\n' "http://127.0.0.1:$port/none"
kill "$server"
wait "$server"
SH
prepare() { seq 20000 >file; }
# How often the shell looks at the log differs.
VARIES=1 SECONDS_EACH=100
roundtrip curl sh "$work/script"
finish
