/* SPDX-License-Identifier: MIT */
/* What is shown to people: sizes, durations, and a line that tells how far a
 * long command is. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* "999 B", "1.2 kB", "34 MB" into ret. */
void format_bytes(uint64_t bytes, char ret[16]);
/* "12 ms", "3.4 s", "2 min 5 s" into ret. */
void format_duration(uint64_t ns, char ret[32]);

/* A line on stderr that is overwritten by the next one. Nothing is printed when
 * stderr is no terminal. */
void progress_show(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Takes the line away. */
void progress_end(void);
/* Whether a progress line would be seen and would not run into what the
 * program itself writes to the terminal. */
bool progress_wanted(bool program_is_quiet);
