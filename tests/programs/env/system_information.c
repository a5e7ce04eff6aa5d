// SPDX-License-Identifier: MIT
// uname, sysinfo, gethostname, sysconf.
// output: varies
#include <sys/sysinfo.h>
#include <sys/utsname.h>

#include "check.h"

int main(void)
{
	struct utsname name;
	struct sysinfo info;
	char host[256];

	CHECK(!uname(&name) && !strcmp(name.machine, "x86_64"));
	CHECK(!sysinfo(&info) && info.totalram > 0);
	CHECK(!gethostname(host, sizeof(host)) && !strcmp(host, name.nodename));
	printf("%s %s %lu %ld\n", name.release, host, info.freeram, sysconf(_SC_NPROCESSORS_ONLN));
	return 0;
}
