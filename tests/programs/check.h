/* SPDX-License-Identifier: MIT */
/*
 * For guest programs: they check what they see and print what must be the same
 * in the replay. A failed check says where and ends the program with status 1.
 */
#pragma once

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHECK(condition)                                                                   \
	do {                                                                               \
		if (!(condition)) {                                                        \
			fprintf(stderr, "%s:%d: %s (errno %d, %s)\n", __FILE__, __LINE__,  \
				#condition, errno, strerror(errno));                       \
			_exit(1);                                                          \
		}                                                                          \
	} while (0)

/* The machine cannot do it: the test is skipped. */
#define SKIP(reason)                     \
	do {                             \
		puts(reason);            \
		fflush(stdout);          \
		_exit(77);               \
	} while (0)

/* A child that runs f and ends with what it returns. */
static inline pid_t spawn(int (*f)(void))
{
	pid_t pid;

	fflush(NULL);
	pid = fork();
	CHECK(pid >= 0);
	if (!pid) {
		int status = f();

		fflush(NULL);
		_exit(status);
	}
	return pid;
}

/* Waits for pid and returns its status as wait(2) gives it. */
static inline int wait_for(pid_t pid)
{
	int status;

	CHECK(waitpid(pid, &status, 0) == pid);
	return status;
}

static inline void handle(int signo, void (*handler)(int, siginfo_t *, void *), int flags)
{
	struct sigaction action = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO | flags };

	CHECK(!sigaction(signo, &action, NULL));
}
