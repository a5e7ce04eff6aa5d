// SPDX-License-Identifier: MIT
// The map shows the program's code as it is, and nothing that is not the
// program's.
#include "check.h"

static int known(const char *name)
{
	return !*name || *name == '[' || strstr(name, "/lib") || strstr(name, "proc_self_maps");
}

int main(void)
{
	FILE *f = fopen("/proc/self/maps", "re");
	unsigned long start, end, here = (unsigned long)main;
	char line[512], prot[8], name[256];
	int found = 0;

	CHECK(f);
	while (fgets(line, sizeof(line), f)) {
		name[0] = 0;
		CHECK(sscanf(line, "%lx-%lx %7s %*s %*s %*s %255s", &start, &end, prot, name) >= 3);
		if (!known(name)) {
			fprintf(stderr, "foreign: %s", line);
			return 1;
		}
		if (here >= start && here < end) {
			CHECK(!strcmp(prot, "r-xp") && strstr(name, "proc_self_maps"));
			found = 1;
		}
		/* Anonymous memory without a name below 2 GiB is nobody's here. */
		CHECK(name[0] || start >= 0x80000000ul);
	}
	CHECK(found);
	return 0;
}
