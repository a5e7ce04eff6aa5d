// SPDX-License-Identifier: MIT
// The kernel runs the interpreter that a script's first line names.
#include <fcntl.h>
#include <sys/stat.h>

#include "check.h"

static int child(void)
{
	execl("./script", "script", "one", "two words", (char *)NULL);
	return 99;
}

int main(void)
{
	static const char script[] = "#!/bin/sh -e\nfor a; do echo \"<$a>\"; done\nexit 6\n";
	int fd = open("script", O_WRONLY | O_CREAT | O_EXCL, 0755);

	CHECK(fd >= 0);
	CHECK(write(fd, script, sizeof(script) - 1) == sizeof(script) - 1);
	close(fd);
	CHECK(WEXITSTATUS(wait_for(spawn(child))) == 6);
	return 0;
}
