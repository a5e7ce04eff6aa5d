// SPDX-License-Identifier: MIT
// A directory is made, filled and read.
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "check.h"

int main(void)
{
	struct dirent **entries;
	int n;

	CHECK(!mkdir("d", 0755));
	for (int i = 0; i < 60; i++) {
		char name[32];

		snprintf(name, sizeof(name), "d/file-%02d", i * 37 % 60);
		CHECK(!close(open(name, O_WRONLY | O_CREAT | O_EXCL, 0644)));
	}
	n = scandir("d", &entries, NULL, alphasort);
	CHECK(n == 62);
	for (int i = 0; i < n; i++)
		puts(entries[i]->d_name);
	return 0;
}
