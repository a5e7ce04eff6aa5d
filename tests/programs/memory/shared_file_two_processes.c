// SPDX-License-Identifier: MIT
// Two processes map the same file; what the child stores, the parent finds.
#include <fcntl.h>
#include <sys/mman.h>

#include "check.h"

static char *map_file(void)
{
	int fd = open("file", O_RDWR);
	char *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	CHECK(fd >= 0 && p != MAP_FAILED);
	return p;
}

static int child(void)
{
	strcpy(map_file() + 10, "from the child");
	return 0;
}

int main(void)
{
	int fd = open("file", O_RDWR | O_CREAT | O_EXCL, 0600);
	char *p;

	CHECK(fd >= 0 && !ftruncate(fd, 4096));
	p = map_file();
	CHECK(wait_for(spawn(child)) == 0);
	CHECK(!strcmp(p + 10, "from the child"));
	puts(p + 10);
	return 0;
}
