// SPDX-License-Identifier: MIT
#include "common/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static _Thread_local char noted[1024];

static void note(int code, const char *format, va_list args)
{
	int n = vsnprintf(noted, sizeof(noted), format, args);

	if (code < 0 && n >= 0 && (size_t)n < sizeof(noted))
		snprintf(noted + n, sizeof(noted) - (size_t)n, ": %s", strerror(-code));
}

int fail(int code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	note(0, format, args);
	va_end(args);
	return code;
}

int fail_errno(int code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	note(code, format, args);
	va_end(args);
	return code;
}

const char *fail_text(void)
{
	return noted;
}

void fail_clear(void)
{
	noted[0] = '\0';
}
