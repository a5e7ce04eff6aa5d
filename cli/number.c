// SPDX-License-Identifier: MIT
#include "cli/number.h"

#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "syscalls/syscalls.h"

/* A decimal number at the start of text, which end then points behind. */
static bool leading_number(const char *text, char **end, uint64_t *ret)
{
	if (!isdigit((unsigned char)text[0]))
		return false;
	errno = 0;
	*ret = strtoull(text, end, 10);
	return !errno;
}

bool parse_number(const char *text, uint64_t max, uint64_t *ret)
{
	uint64_t n;
	char *end;

	if (!leading_number(text, &end, &n) || *end || n > max)
		return false;
	*ret = n;
	return true;
}

bool parse_signal(const char *text, int *ret)
{
	uint64_t n;

	if (parse_number(text, 64, &n) && n) {
		*ret = (int)n;
		return true;
	}
	if (!strncasecmp(text, "SIG", 3))
		text += 3;
	for (int signo = 1; signo < SIGSYS + 1; signo++) {
		const char *name = sys_signal_name(signo);

		if (name && !strcasecmp(name + 3, text)) {
			*ret = signo;
			return true;
		}
	}
	return false;
}

bool parse_range(const char *text, uint64_t *first, uint64_t *last)
{
	uint64_t from, to;
	char *end;

	if (!leading_number(text, &end, &from))
		return false;
	to = from;
	if (*end == '-') {
		if (!end[1])
			to = UINT64_MAX;
		else if (!parse_number(end + 1, UINT64_MAX, &to))
			return false;
	} else if (*end) {
		return false;
	}
	*first = from;
	*last = to;
	return true;
}
