// SPDX-License-Identifier: MIT
// rename, link, symlink, readlink, stat, chmod, access, utimens, unlink, getcwd.
#include <fcntl.h>
#include <sys/stat.h>

#include "check.h"

int main(void)
{
	struct timespec times[2] = { { 1000, 0 }, { 2000, 500 } };
	char buf[4096];
	struct stat st;

	CHECK(!close(open("a", O_WRONLY | O_CREAT | O_EXCL, 0644)));
	CHECK(!rename("a", "b") && !link("b", "c") && !symlink("b", "s"));
	CHECK(!stat("c", &st) && st.st_nlink == 2 && S_ISREG(st.st_mode));
	CHECK(readlink("s", buf, sizeof(buf)) == 1 && buf[0] == 'b');
	CHECK(!lstat("s", &st) && S_ISLNK(st.st_mode));
	CHECK(!chmod("b", 0400) && !stat("b", &st) && (st.st_mode & 0777) == 0400);
	CHECK(!utimensat(AT_FDCWD, "b", times, 0) && !stat("b", &st));
	CHECK(st.st_mtim.tv_sec == 2000 && st.st_mtim.tv_nsec == 500);
	CHECK(access("nothing", F_OK) == -1 && errno == ENOENT);
	CHECK(!unlink("b") && !unlink("c") && stat("s", &st) == -1 && errno == ENOENT);
	CHECK(!mkdir("sub", 0700) && !chdir("sub") && getcwd(buf, sizeof(buf)));
	CHECK(strlen(buf) > 4 && !strcmp(buf + strlen(buf) - 4, "/sub"));
	return 0;
}
