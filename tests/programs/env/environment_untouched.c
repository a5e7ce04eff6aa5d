// SPDX-License-Identifier: MIT
// Nothing is in the environment or among the descriptors that is not there in a
// native run.
#include <fcntl.h>

#include "check.h"

int main(void)
{
	for (char **variable = environ; *variable; variable++)
		CHECK(strncmp(*variable, "LD_PRELOAD=", 11));
	for (int fd = 0; fd < 256; fd++)
		if (fcntl(fd, F_GETFD) >= 0)
			printf("%d\n", fd);
	return 0;
}
