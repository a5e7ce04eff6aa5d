/* SPDX-License-Identifier: MIT */
/*
 * What the user is told while deja runs: lines on stderr that begin "deja: ".
 */
#pragma once

/* Something the user should know; always printed. */
void log_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* As log_warn(), once for each key in the life of the process. key: a string
 * that need not live on. Returns whether it was printed. */
int log_warn_once(const char *key, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Printed when the environment has DEJA_LOG=debug (read at the first call). */
void log_debug(const char *format, ...) __attribute__((format(printf, 1, 2)));
int log_debug_enabled(void);
