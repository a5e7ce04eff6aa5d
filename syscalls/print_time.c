// SPDX-License-Identifier: MIT
/* Times: as arguments, as results, and arrays of two. */
#include "syscalls/print.h"

#include <errno.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>

static void put_timespec(struct printer *p, const struct timespec *t)
{
	put(p, "{tv_sec=%ld, tv_nsec=%ld}", t->tv_sec, t->tv_nsec);
}

static void put_timeval(struct printer *p, const struct timeval *t)
{
	put(p, "{tv_sec=%ld, tv_usec=%ld}", t->tv_sec, t->tv_usec);
}

void print_timespec(struct printer *p, uint64_t value)
{
	struct timespec t;

	if (fetch(p, value, &t, sizeof(t)))
		put_timespec(p, &t);
	else
		print_ptr(p, value);
}

void print_timespecout(struct printer *p, uint64_t value)
{
	if (succeeded(p))
		print_timespec(p, value);
	else
		print_ptr(p, value);
}

/* What is left of a sleep, written when a signal ended it. */
void print_timespecrem(struct printer *p, uint64_t value)
{
	if (p->has_result && (p->result == -EINTR || p->result <= -512))
		print_timespec(p, value);
	else
		print_ptr(p, value);
}

/* Access and modification time, each of which may be a word instead. */
void print_timespecs(struct printer *p, uint64_t value)
{
	struct timespec t[2];

	if (!fetch(p, value, t, sizeof(t))) {
		print_ptr(p, value);
		return;
	}
	for (unsigned i = 0; i < 2; i++) {
		put(p, "%s", i ? ", " : "[");
		if (t[i].tv_nsec == UTIME_NOW)
			put(p, "UTIME_NOW");
		else if (t[i].tv_nsec == UTIME_OMIT)
			put(p, "UTIME_OMIT");
		else
			put_timespec(p, &t[i]);
	}
	put(p, "]");
}

void print_timeval(struct printer *p, uint64_t value)
{
	struct timeval t;

	if (fetch(p, value, &t, sizeof(t)))
		put_timeval(p, &t);
	else
		print_ptr(p, value);
}

void print_timevalout(struct printer *p, uint64_t value)
{
	if (succeeded(p))
		print_timeval(p, value);
	else
		print_ptr(p, value);
}

void print_timevals(struct printer *p, uint64_t value)
{
	struct timeval t[2];

	if (!fetch(p, value, t, sizeof(t))) {
		print_ptr(p, value);
		return;
	}
	put(p, "[");
	put_timeval(p, &t[0]);
	put(p, ", ");
	put_timeval(p, &t[1]);
	put(p, "]");
}

void print_itimerval(struct printer *p, uint64_t value)
{
	struct itimerval t;

	if (!fetch(p, value, &t, sizeof(t))) {
		print_ptr(p, value);
		return;
	}
	put(p, "{it_interval=");
	put_timeval(p, &t.it_interval);
	put(p, ", it_value=");
	put_timeval(p, &t.it_value);
	put(p, "}");
}

void print_itimervalout(struct printer *p, uint64_t value)
{
	if (succeeded(p))
		print_itimerval(p, value);
	else
		print_ptr(p, value);
}

void print_itimerspec(struct printer *p, uint64_t value)
{
	struct itimerspec t;

	if (!fetch(p, value, &t, sizeof(t))) {
		print_ptr(p, value);
		return;
	}
	put(p, "{it_interval=");
	put_timespec(p, &t.it_interval);
	put(p, ", it_value=");
	put_timespec(p, &t.it_value);
	put(p, "}");
}

void print_itimerspecout(struct printer *p, uint64_t value)
{
	if (succeeded(p))
		print_itimerspec(p, value);
	else
		print_ptr(p, value);
}
