// SPDX-License-Identifier: MIT
// inotify tells of a new file; an eventfd counts.
#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>

#include "check.h"

int main(void)
{
	char buf[512] __attribute__((aligned(8)));
	struct inotify_event *event = (struct inotify_event *)buf;
	int fd = inotify_init1(IN_NONBLOCK), counter = eventfd(3, EFD_NONBLOCK);
	uint64_t value = 4;

	CHECK(fd >= 0 && inotify_add_watch(fd, ".", IN_CREATE | IN_DELETE) > 0);
	CHECK(read(fd, buf, sizeof(buf)) == -1 && errno == EAGAIN);
	CHECK(!close(open("new", O_WRONLY | O_CREAT, 0600)));
	CHECK(read(fd, buf, sizeof(buf)) > 0);
	CHECK(event->mask == IN_CREATE && !strcmp(event->name, "new"));
	CHECK(counter >= 0 && write(counter, &value, 8) == 8);
	CHECK(read(counter, &value, 8) == 8 && value == 7);
	CHECK(read(counter, &value, 8) == -1 && errno == EAGAIN);
	return 0;
}
