// SPDX-License-Identifier: MIT
// popen(3) and system(3).
#include "check.h"

int main(void)
{
	char line[64];
	FILE *f = popen("echo one; echo two", "r");

	CHECK(f);
	while (fgets(line, sizeof(line), f))
		fputs(line, stdout);
	CHECK(pclose(f) == 0);
	CHECK(WEXITSTATUS(system("exit 17")) == 17);
	return 0;
}
