#!/bin/bash
# SPDX-License-Identifier: MIT
# bash: pipes, substitutions, job control, traps, here documents, arithmetic.
. "$(dirname "$0")/../roundtrip_lib.sh"
cat >"$work/script.bash" <<'BASH'
set -u
trap 'echo leaving' EXIT
trap 'echo usr1' USR1
kill -USR1 $$
total=0
for i in {1..200}; do total=$((total + i * i)); done
echo "$total"
seq 100 | grep 7 | while read -r n; do echo -n "$n "; done; echo
words=($(echo c b a | tr ' ' '\n' | sort)); echo "${words[*]}"
cat <<END | tr a-z A-Z
here $(echo document)
END
(exit 5); echo $?
false | true; echo "${PIPESTATUS[@]}"
for i in 1 2 3; do (exit "$i") & pids[i]=$!; done
for i in 1 2 3; do wait "${pids[i]}"; echo "job $?"; done
exec 3<>file; echo written >&3; cat file
read -r first < <(echo process substitution); echo "$first"
BASH
cat >"$work/jobs.bash" <<'BASH'
set -m
sh -c 'kill -STOP $$; echo went on' &
job=$!
until jobs %1 | grep -q Stopped; do :; done
kill -CONT $job
wait $job; echo "status $?"
sleep 100 & kill -TERM $!; wait $!; echo "status $?"
BASH
roundtrip script bash "$work/script.bash"
VARIES=1
roundtrip jobs bash "$work/jobs.bash"
VARIES=
roundtrip dash sh -c 'for i in 1 2 3; do echo $i | cat; done; exit 4'
finish
