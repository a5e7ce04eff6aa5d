// SPDX-License-Identifier: MIT
#include "cli/nested.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/command.h"
#include "common/log.h"

bool nested_parse(const char *text, enum nested *ret)
{
	if (!strcmp(text, "error"))
		*ret = NESTED_ERROR;
	else if (!strcmp(text, "ignore"))
		*ret = NESTED_IGNORE;
	else
		return false;
	return true;
}

/* Who traces this process; 0: nobody. */
static int tracer_pid(void)
{
	FILE *f = fopen("/proc/self/status", "re");
	char line[128];
	int pid = 0;

	if (!f)
		return 0;
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "TracerPid: %d", &pid) == 1)
			break;
	fclose(f);
	return pid;
}

/* The tracer runs the program that this process runs. */
static bool traced_by_deja(void)
{
	char path[64];
	struct stat tracer, self;
	int pid = tracer_pid();

	snprintf(path, sizeof(path), "/proc/%d/exe", pid);
	return pid && !stat(path, &tracer) && !stat("/proc/self/exe", &self) &&
	       tracer.st_dev == self.st_dev && tracer.st_ino == self.st_ino;
}

int nested_check(enum nested n, char **argv, char **envp)
{
	if (!traced_by_deja())
		return 0;
	if (n == NESTED_ERROR) {
		log_warn("this process is being recorded already (--nested=ignore runs the "
			 "program as part of that recording)");
		return EXIT_FAILED;
	}
	execvpe(argv[0], argv, envp);
	log_warn("%s: %s", argv[0], strerror(errno));
	return errno == ENOENT ? EXIT_NOT_FOUND : EXIT_NOT_EXECUTABLE;
}
