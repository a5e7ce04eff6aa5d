// SPDX-License-Identifier: MIT
// A process begins to wait, in several calls, while the only other one sleeps; that
// one wakes up and gives it what it waits for.
#include <fcntl.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <time.h>

#include "check.h"

static int to_parent[2], watch;

static void sleep_a_little(void)
{
	struct timespec ts = { 0, 5000000 };

	CHECK(!nanosleep(&ts, NULL));
}

static int child(void)
{
	int fd;

	sleep_a_little();
	CHECK(write(to_parent[1], "pipe", 4) == 4);
	for (int i = 0; i < 5; i++) {
		sleep_a_little();
		fd = open("fifo", O_WRONLY);
		CHECK(fd >= 0);
		sleep_a_little();
		CHECK(write(fd, &i, sizeof(i)) == sizeof(i));
		CHECK(!close(fd));
	}
	sleep_a_little();
	CHECK((fd = open("watched", O_WRONLY | O_CREAT, 0600)) >= 0);
	sleep_a_little();
	return 3;
}

int main(void)
{
	char dir[] = "/tmp/deja-waits-XXXXXX", text[512];
	int fd, got;
	pid_t pid;

	CHECK(mkdtemp(dir) && !chdir(dir) && !mkfifo("fifo", 0600) && !pipe(to_parent));
	CHECK((watch = inotify_init1(0)) >= 0);
	CHECK(inotify_add_watch(watch, ".", IN_CREATE) >= 0);
	pid = spawn(child);
	CHECK(read(to_parent[0], text, sizeof(text)) == 4);
	for (int i = 0; i < 5; i++) {
		CHECK((fd = open("fifo", O_RDONLY)) >= 0);
		CHECK(read(fd, &got, sizeof(got)) == sizeof(got) && got == i);
		CHECK(read(fd, &got, sizeof(got)) == 0 && !close(fd));
	}
	CHECK(read(watch, text, sizeof(text)) > 0);
	CHECK(WEXITSTATUS(wait_for(pid)) == 3);
	CHECK(!unlink("fifo") && !unlink("watched") && !rmdir(dir));
	puts("all came");
	return 0;
}
