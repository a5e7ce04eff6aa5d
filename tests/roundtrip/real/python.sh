#!/bin/bash
# SPDX-License-Identifier: MIT
# timeout: 300
# python3 with json, re, hashlib, subprocess, sqlite3, tempfile, signal.alarm.
. "$(dirname "$0")/../roundtrip_lib.sh"
[ -x /usr/bin/python3 ] || skip "/usr/bin/python3 is not installed"
SECONDS_EACH=100
cat >"$work/script.py" <<'PYTHON'
import hashlib, json, os, re, signal, sqlite3, subprocess, sys, tempfile

data = {"list": list(range(1000)), "nested": {str(i): i * i for i in range(300)}}
text = json.dumps(data, sort_keys=True)
assert json.loads(text) == data
print(hashlib.sha256(text.encode()).hexdigest(), hashlib.md5(text.encode()).hexdigest())
print(len(re.findall(r"\"(\d+)\": (\d*)[02468],", text)))
print(subprocess.run(["sh", "-c", "echo out; echo err >&2; exit 4"], capture_output=True))
with tempfile.TemporaryDirectory() as d:
    db = sqlite3.connect(os.path.join(d, "db"))
    db.execute("create table t(a integer primary key, b text)")
    db.executemany("insert into t(b) values(?)", ((str(i * 37 % 101),) for i in range(2000)))
    db.commit()
    print(db.execute("select b, count(*) from t group by b order by 2 desc, 1 limit 3").fetchall())

class Alarm(Exception):
    pass

def on_alarm(signo, frame):
    raise Alarm()

signal.signal(signal.SIGALRM, on_alarm)
signal.alarm(1)
n = 0
try:
    while True:
        n += 1
except Alarm:
    print("alarm")
print(n, file=sys.stderr)
PYTHON
# The count at which the alarm came differs from run to run, not in the replay.
VARIES=1
roundtrip python /usr/bin/python3 -I "$work/script.py"
VARIES=
roundtrip pass /usr/bin/python3 -I -c pass
roundtrip exception /usr/bin/python3 -I -c 'import decimal; print(decimal.Decimal(1)/7); raise SystemExit(9)'
finish
