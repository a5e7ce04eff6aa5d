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
		printf("%d\n", getpid());
		fflush(stdout);
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
finish
