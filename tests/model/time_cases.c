// SPDX-License-Identifier: MIT
/* Clocks, sleeps and timers. */
#include "canary.h"

#include <signal.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <time.h>

static void clocks(struct canary *c)
{
	GOOD(c, gettimeofday, canary_room(c, 16), canary_room(c, 8));
	GOOD(c, time, canary_room(c, 8));
	GOOD(c, clock_gettime, CLOCK_MONOTONIC, canary_room(c, 16));
	GOOD(c, clock_getres, CLOCK_MONOTONIC, canary_room(c, 16));
}

static void adjustments(struct canary *c)
{
	uint8_t zero[208] = { 0 };

	GOOD(c, adjtimex, canary_copy(c, zero, sizeof(zero)));
	GOOD(c, clock_adjtime, CLOCK_REALTIME, canary_copy(c, zero, sizeof(zero)));
}

static void sleeps(struct canary *c)
{
	struct timespec brief = { 0, 1000 };
	void *t = canary_copy(c, &brief, sizeof(brief));

	GOOD(c, nanosleep, t, canary_room(c, 16));
	GOOD(c, clock_nanosleep, CLOCK_MONOTONIC, 0, t, canary_room(c, 16));
}

static void sleeps_interrupted(struct canary *c)
{
	struct timespec ten = { 10, 0 };
	void *t = canary_copy(c, &ten, sizeof(ten));

	canary_alarm(c, 1000);
	BAD(c, EINTR, nanosleep, t, canary_room(c, 16));
	BAD(c, EINTR, clock_nanosleep, CLOCK_MONOTONIC, 0, t, canary_room(c, 16));
}

static void interval_timers(struct canary *c)
{
	struct itimerval later = { { 0, 0 }, { 100, 0 } };

	GOOD(c, setitimer, ITIMER_VIRTUAL, canary_copy(c, &later, sizeof(later)),
	     canary_room(c, 32));
	GOOD(c, getitimer, ITIMER_VIRTUAL, canary_room(c, 32));
}

static const struct itimerspec later = { { 0, 0 }, { 100, 0 } };

static void posix_timers(struct canary *c)
{
	struct sigevent event = { .sigev_notify = SIGEV_NONE };
	int *id = canary_room(c, 4);

	GOOD(c, timer_create, CLOCK_MONOTONIC, canary_copy(c, &event, sizeof(event)), id);
	GOOD(c, timer_settime, *id, 0, canary_copy(c, &later, sizeof(later)), canary_room(c, 32));
	GOOD(c, timer_gettime, *id, canary_room(c, 32));
}

static void timer_descriptors(struct canary *c)
{
	int fd = timerfd_create(CLOCK_MONOTONIC, 0);

	MUST(c, fd >= 0);
	GOOD(c, timerfd_settime, fd, 0, canary_copy(c, &later, sizeof(later)), canary_room(c, 32));
	GOOD(c, timerfd_gettime, fd, canary_room(c, 32));
}

FAMILY(time, CASE(clocks), CASE(adjustments), CASE(sleeps), CASE(sleeps_interrupted),
       CASE(interval_timers), CASE(posix_timers), CASE(timer_descriptors))
