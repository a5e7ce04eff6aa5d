// SPDX-License-Identifier: MIT
#include "cli/terminal.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

static bool shown;

void format_bytes(uint64_t bytes, char ret[16])
{
	static const char *const units[] = { "B", "kB", "MB", "GB", "TB", "PB", "EB" };
	double value = (double)bytes;
	unsigned unit = 0;

	/* 999.5 would print as 1000. */
	while (value >= 999.5 && unit < 6) {
		value /= 1000;
		unit++;
	}
	snprintf(ret, 16, value < 9.95 && unit ? "%.1f %s" : "%.0f %s", value, units[unit]);
}

void format_duration(uint64_t ns, char ret[32])
{
	uint64_t seconds = ns / 1000000000;

	if (ns < 1000000000)
		snprintf(ret, 32, "%" PRIu64 " ms", ns / 1000000);
	else if (seconds < 60)
		snprintf(ret, 32, "%.1f s", (double)ns / 1e9);
	else
		snprintf(ret, 32, "%" PRIu64 " min %" PRIu64 " s", seconds / 60, seconds % 60);
}

void progress_show(const char *format, ...)
{
	va_list args;

	if (!isatty(STDERR_FILENO))
		return;
	fputs("\r\033[Kdeja: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fflush(stderr);
	shown = true;
}

void progress_end(void)
{
	if (shown)
		fputs("\r\033[K", stderr);
	shown = false;
}

bool progress_wanted(bool program_is_quiet)
{
	return isatty(STDERR_FILENO) && (program_is_quiet || !isatty(STDOUT_FILENO));
}
