/* SPDX-License-Identifier: MIT */
/*
 * The rows of the tables against the kernel: a case prepares objects and memory
 * and makes real calls. All memory that a call may write lies in the arena,
 * which is filled with a pattern; every byte of it that a call changes must lie
 * where the model says. Each case runs twice with patterns that differ in every
 * byte, so a byte that happens to be written with the value it had is noticed.
 */
#pragma once

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "syscalls/rules.h"

#include "numbers.h"

struct canary; /* one run of a case */

struct canary_case {
	const char *name;
	void (*run)(struct canary *c);
	const char *rows; /* with spaces between: excused when the case is skipped */
};

#define CASE(function)                                                                             \
	{                                                                                          \
#function, function, ""                                                            \
	}
/* A case that may be skipped before it makes the calls or commands of rows;
 * "X_*" stands for all that begin with X_. */
#define CASE_FOR(function, rows)                                                                   \
	{                                                                                          \
#function, function, rows                                                          \
	}

struct canary_family {
	const struct canary_case *cases;
	size_t n;
};

#define FAMILY(name, ...)                                                                          \
	static const struct canary_case name##_list[] = { __VA_ARGS__ };                           \
	const struct canary_family name##_cases = { name##_list, ARRAY_SIZE(name##_list) };

/* Room in the arena, with canaries around it: filled with the pattern, or with a
 * copy of data. */
void *canary_room(struct canary *c, size_t bytes);
void *canary_copy(struct canary *c, const void *data, size_t bytes);

/* The last bytes of the arena; behind them nothing is mapped. */
void *canary_end(struct canary *c, size_t bytes);

/* Makes the call and checks it against the model; gives what it returned. */
long canary_call(struct canary *c, int nr, const uint64_t args[6]);

/* The case cannot go on: it has failed, or this machine lacks something. */
void canary_fail(struct canary *c, const char *file, int line, const char *what, long result)
	__attribute__((noreturn));
void canary_skip(struct canary *c, const char *what, long result) __attribute__((noreturn));

/* A call that must succeed. A kernel or a container that refuses it altogether
 * (ENOSYS, EPERM ...) ends the case as skipped. */
long canary_good(struct canary *c, const char *file, int line, const char *what, long result);

#define ARG_(x) (uint64_t)(x)
#define ARGS_(a, b, c, d, e, f, ...)                                                               \
	((const uint64_t[6]){ ARG_(a), ARG_(b), ARG_(c), ARG_(d), ARG_(e), ARG_(f) })

/* CALL(c, read, fd, buffer, bytes): what the kernel returned, an error negative. */
#define CALL(c, name, ...) canary_call(c, __NR_##name, ARGS_(__VA_ARGS__, 0, 0, 0, 0, 0, 0))

/* The same, expected to succeed. */
#define GOOD(c, name, ...)                                                                         \
	canary_good(c, __FILE__, __LINE__, #name "(" #__VA_ARGS__ ")", CALL(c, name, __VA_ARGS__))

/* The same, expected to fail with an error. */
#define BAD(c, error, name, ...)                                                                   \
	do {                                                                                       \
		long r_ = CALL(c, name, __VA_ARGS__);                                              \
		if (r_ != -(error))                                                                \
			canary_fail(c, __FILE__, __LINE__, #name "(" #__VA_ARGS__ ")", r_);        \
	} while (0)

/* Preparations that cannot fail on a sane machine. */
#define MUST(c, condition)                                                                         \
	do {                                                                                       \
		if (!(condition))                                                                  \
			canary_fail(c, __FILE__, __LINE__, #condition, -errno);                    \
	} while (0)

/* Objects for the cases. */
int canary_file(struct canary *c, const char *text); /* a temporary file, at its start */
const char *canary_path(struct canary *c);	     /* of the last canary_file() */
void canary_pipe(struct canary *c, int fd[2], const char *text); /* text: already in it */
void canary_alarm(struct canary *c, unsigned us); /* SIGALRM comes, with an empty handler */
