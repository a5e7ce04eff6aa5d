// SPDX-License-Identifier: MIT
// A file that is mapped shared, to be read only or to be written, grows; so does the
// mapping; and it is written by write calls, which show there.
#include <fcntl.h>
#include <sys/mman.h>

#include "check.h"

#define PAGE 4096

static void grow(int prot, const char *name)
{
	int fd = open(name, O_RDWR | O_CREAT | O_TRUNC, 0600);
	char *map, *moved;
	size_t bytes = 2 * PAGE;

	CHECK(fd >= 0 && !ftruncate(fd, (off_t)bytes));
	map = mmap(NULL, bytes, prot, MAP_SHARED, fd, 0);
	CHECK(map != MAP_FAILED);
	for (int i = 0; i < 5; i++) {
		char text[32];
		int n = snprintf(text, sizeof(text), "round %d", i);

		CHECK(pwrite(fd, text, (size_t)n + 1, PAGE - 4) == n + 1);
		CHECK(pwrite(fd, text, (size_t)n + 1, (off_t)bytes - 20) == n + 1);
		printf("%s: %s, %s\n", name, map + PAGE - 4, map + bytes - 20);
		if (prot & PROT_WRITE)
			map[bytes - 19] = 'O';
		CHECK(!ftruncate(fd, (off_t)(bytes * 3)));
		CHECK(pwrite(fd, "beyond", 7, (off_t)bytes * 3 - 9) == 7);
		moved = mremap(map, bytes, bytes * 3, MREMAP_MAYMOVE);
		CHECK(moved != MAP_FAILED);
		printf("%s: %s %s\n", name, moved + bytes - 20, moved + bytes * 3 - 9);
		map = moved;
		bytes *= 3;
	}
	CHECK(!munmap(map, bytes));
	close(fd);
}

int main(void)
{
	grow(PROT_READ, "read");
	grow(PROT_READ | PROT_WRITE, "written");
	return 0;
}
