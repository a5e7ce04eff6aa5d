#!/bin/bash
# SPDX-License-Identifier: MIT
# SIGKILL from outside ends the tracee, a child or all: the recording ends in
# order, and the replay ends at the same place.
. "$(dirname "$0")/../roundtrip/roundtrip_lib.sh"
cd "$work"
cat >program.c <<'C'
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>
int main(int argc, char **argv)
{
	int status = 0;
	volatile unsigned long n = 0;
	pid_t pid = argc > 1 ? fork() : 0;
	(void)argv;
	if (!pid) {
		/* The third time comes later, and is the same code again. */
		for (int i = 0; i < 3; i++) {
			printf("%d\n", getpid());
			fflush(stdout);
			for (n = 0; n < (i ? 500000000 : 10);)
				n++;
		}
		for (;;)
			n++;
	}
	wait(&status);
	printf("status %d\n", status);
	return 5;
}
C
gcc -O1 -o program program.c || fail "compile"
for argument in "" child; do
	rm -f out
	"$DEJA" record -o trace ./program $argument >out 2>err &
	recorder=$!
	until [ -s out ] || ! kill -0 $recorder 2>/dev/null; do :; done
	kill -KILL "$(head -1 out)"
	wait $recorder 2>/dev/null
	status=$?
	[ $status = $([ -z "$argument" ] && echo 137 || echo 5) ] || fail "status $status: $(cat err)"
	timeout 60 "$DEJA" replay -a trace >replayed 2>err
	[ $? = $status ] || fail "replay: status differs: $(cat err)"
	cmp -s out replayed || fail "the output differs: $(diff out replayed)"
	rm -rf trace
	check_no_process_left
done

# What it had just written is recorded, though nobody had seen the call yet.
rm -f out
"$DEJA" record -o trace ./program >out 2>err &
recorder=$!
until [ "$(wc -l <out)" = 2 ] || ! kill -0 $recorder 2>/dev/null; do :; done
sleep 0.1
kill -STOP $recorder
for i in $(seq 200); do
	[ "$(wc -l <out)" = 3 ] && break
	sleep 0.05
done
kill -KILL "$(head -1 out)"
kill -CONT $recorder
wait $recorder 2>/dev/null
[ "$(wc -l <out)" = 3 ] || fail "it wrote nothing more: $(cat out err)"
timeout 60 "$DEJA" replay -a trace >replayed 2>err
cmp -s out replayed || fail "what it wrote last: the output differs: $(diff out replayed)"
check_no_process_left
finish
