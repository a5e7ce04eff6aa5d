// SPDX-License-Identifier: MIT
#include "common/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_KEYS 256

static void print(const char *format, va_list args)
{
	char line[1200];
	int n = snprintf(line, sizeof(line), "deja: ");

	vsnprintf(line + n, sizeof(line) - (size_t)n - 1, format, args);
	strcat(line, "\n");
	fputs(line, stderr);
}

void log_warn(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	print(format, args);
	va_end(args);
}

static int seen(const char *key)
{
	static char *keys[MAX_KEYS];
	static size_t n_keys;

	for (size_t i = 0; i < n_keys; i++)
		if (!strcmp(keys[i], key))
			return 1;
	if (n_keys < MAX_KEYS)
		keys[n_keys++] = strdup(key);
	return 0;
}

int log_warn_once(const char *key, const char *format, ...)
{
	va_list args;

	if (seen(key))
		return 0;
	va_start(args, format);
	print(format, args);
	va_end(args);
	return 1;
}

int log_debug_enabled(void)
{
	static int enabled = -1;

	if (enabled < 0) {
		const char *v = getenv("DEJA_LOG");

		enabled = v && !strcmp(v, "debug");
	}
	return enabled;
}

void log_debug(const char *format, ...)
{
	va_list args;

	if (!log_debug_enabled())
		return;
	va_start(args, format);
	print(format, args);
	va_end(args);
}
