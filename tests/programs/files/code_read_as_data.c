// SPDX-License-Identifier: MIT
// The program's code in memory is what its file holds.
#include <elf.h>
#include <fcntl.h>
#include <link.h>

#include "check.h"

static int check_segments(struct dl_phdr_info *info, size_t size, void *data)
{
	static char from_file[65536];
	int *fd = data;

	(void)size;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *p = &info->dlpi_phdr[i];

		if (p->p_type != PT_LOAD || !(p->p_flags & PF_X))
			continue;
		CHECK(p->p_filesz <= sizeof(from_file));
		CHECK(pread(*fd, from_file, p->p_filesz, (off_t)p->p_offset) == (ssize_t)p->p_filesz);
		CHECK(!memcmp((void *)(info->dlpi_addr + p->p_vaddr), from_file, p->p_filesz));
	}
	return 1; /* the program alone, not its libraries */
}

int main(void)
{
	int fd = open("/proc/self/exe", O_RDONLY);

	CHECK(fd >= 0);
	dl_iterate_phdr(check_segments, &fd);
	return 0;
}
