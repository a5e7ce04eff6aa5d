/* SPDX-License-Identifier: MIT */
/*
 * Expected errors. A function that can fail returns 0 (or a count) or -errno;
 * where the cause is known, fail() notes one line that says what, where and
 * what to do, and the line travels up unchanged until cli/ prints it.
 *
 *	return fail(-EIO, "trace %s: stream %s: frame %u: checksum", ...);
 */
#pragma once

#define must_check __attribute__((warn_unused_result))

/* Notes the text (per thread, replacing an earlier one) and returns code. */
int fail(int code, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* As fail(), with ": <strerror of -code>" appended. */
int fail_errno(int code, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The last noted text, or "" when none was; valid until the next fail(). */
const char *fail_text(void);

/* Forgets the noted text. */
void fail_clear(void);
