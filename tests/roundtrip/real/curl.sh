#!/bin/bash
# SPDX-License-Identifier: MIT
# timeout: 300
# curl fetches from a local http.server of python3 (the one that makes no threads):
# both in one recording, under a shell that ends the server.
. "$(dirname "$0")/../roundtrip_lib.sh"
need curl
[ -x /usr/bin/python3 ] || skip "/usr/bin/python3 is not installed"
cat >"$work/script" <<'SH'
/usr/bin/python3 -I -u -c 'from http.server import HTTPServer, SimpleHTTPRequestHandler
server = HTTPServer(("127.0.0.1", 0), SimpleHTTPRequestHandler)
print("at port", server.server_port, "now", flush=True)
server.serve_forever()' >log 2>&1 &
server=$!
until port=$(sed -n 's/.* port \([0-9]*\) .*/\1/p' log) && [ -n "$port" ]; do :; done
curl -s -S "http://127.0.0.1:$port/file" | cmp - file && echo fetched || exit 9
curl -s -o /dev/null -w '%{http_code}\n' "http://127.0.0.1:$port/none"
kill "$server"
wait "$server"
SH
prepare() { seq 20000 >file; }
# How often the shell looks at the log differs.
VARIES=1 SECONDS_EACH=100
roundtrip curl sh "$work/script"
finish
