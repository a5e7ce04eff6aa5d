#!/bin/bash
# SPDX-License-Identifier: MIT
# pwrite(2) needs no stop where nothing has to be looked at behind it: what it wrote is
# in no mapping, and is not the recording's output, which is no file.
. "$(dirname "$0")/../roundtrip/roundtrip_lib.sh"
need cc
cd "$work"
cat >program.c <<'END'
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile sig_atomic_t too_large;

static void on_xfsz(int sig)
{
	too_large += sig == SIGXFSZ;
}

static void show(const char *what, ssize_t r)
{
	printf("%s %zd %d\n", what, r, r < 0 ? errno : 0);
	fflush(stdout);
}

static void limited(int fd)
{
	const struct rlimit two = { 8192, 8192 };

	signal(SIGXFSZ, on_xfsz);
	setrlimit(RLIMIT_FSIZE, &two);
	show("up to the limit", pwrite(fd, "abcdef", 6, 8190));
	show("beyond it", pwrite(fd, "abcdef", 6, 8192));
	printf("signals %d\n", (int)too_large);
	fflush(stdout);
}

int main(void)
{
	int fd = open("file", O_RDWR | O_CREAT | O_TRUNC, 0600), ends[2], status;
	void *volatile nowhere = (void *)8;
	char back[8] = "";
	const char *map;
	int n = 0;

	for (int i = 0; i < 3000; i++)
		n += (int)pwrite(fd, "0123456789", 10, i % 7);
	show("written", n);
	show("read", pread(fd, back, 7, 4));
	puts(back);
	show("no memory", pwrite(fd, nowhere, 10, 0));
	show("no descriptor", pwrite(77, "x", 1, 0));
	show("a pipe", pipe(ends) ? -2 : pwrite(ends[1], "x", 1, 0));
	show("the output", pwrite(1, "here", 4, 0));
	if (!fork()) {
		limited(fd);
		_exit(0);
	}
	wait(&status);
	map = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
	for (int i = 0; i < 5; i++) {
		char c = (char)('a' + i);

		show("mapped", pwrite(fd, &c, 1, i));
		printf("%.8s\n", map);
	}
	munmap((void *)map, 4096);
	show("last", pwrite(fd, "end", 3, 0));
	return 0;
}
END
cc -O1 program.c -o program || fail "compile"

# The output is a pipe, which has no positions.
./program | cat >native
timeout 60 "$DEJA" record --verify=5000 -o trace ./program | cat >recorded
cmp -s native recorded || fail "recorded it prints otherwise: $(diff native recorded)"
timeout 60 "$DEJA" replay -a trace | cat >replayed
cmp -s native replayed || fail "replayed it prints otherwise: $(diff native replayed)"

# It is a file, and what is written to a position of that is shown in its turn.
rm -rf trace
timeout 60 "$DEJA" record -o trace ./program >recorded || fail "recording to a file"
timeout 60 "$DEJA" replay -a trace >replayed || fail "replaying to a file"
grep -q "^herethe output 4 0$" replayed || fail "not all output is shown: $(cat replayed)"
finish
