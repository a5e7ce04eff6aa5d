// SPDX-License-Identifier: MIT
#include "gdbserver/watcher.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

/* How long an interrupt may wait. Short steps are over before the first look,
 * so they cost no switch to the thread and back. */
#define LOOK_NS 20000000

struct gdb_watcher {
	int fd;
	const struct gdb_target_ops *ops;
	void *ctx;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool running, sleeping, quit;
};

/* An interrupt waits in the socket, or its other end is closed. */
static bool wants_interrupt(int fd)
{
	char bytes[64];
	ssize_t n = recv(fd, bytes, sizeof(bytes), MSG_PEEK | MSG_DONTWAIT);

	if (n < 0)
		return errno != EAGAIN && errno != EINTR;
	return n == 0 || memchr(bytes, 0x03, (size_t)n);
}

static void wait_a_look(struct gdb_watcher *w)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += LOOK_NS;
	if (until.tv_nsec >= 1000000000) {
		until.tv_nsec -= 1000000000;
		until.tv_sec++;
	}
	pthread_cond_timedwait(&w->changed, &w->lock, &until);
}

static void *watch(void *arg)
{
	struct gdb_watcher *w = arg;

	pthread_mutex_lock(&w->lock);
	while (!w->quit) {
		if (!w->running) {
			w->sleeping = true;
			pthread_cond_wait(&w->changed, &w->lock);
			w->sleeping = false;
			continue;
		}
		wait_a_look(w);
		/* Again at each look: the target may not have been ready to be
		 * interrupted the first time. */
		if (w->running && wants_interrupt(w->fd))
			w->ops->interrupt(w->ctx);
	}
	pthread_mutex_unlock(&w->lock);
	return NULL;
}

/* No signal of the supervisor is handled in the thread. */
static int start(struct gdb_watcher *w)
{
	sigset_t all, before;
	int err;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	err = pthread_create(&w->thread, NULL, watch, w);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return -err;
}

static void deinit(struct gdb_watcher *w)
{
	pthread_cond_destroy(&w->changed);
	pthread_mutex_destroy(&w->lock);
	free(w);
}

int gdb_watcher_create(int fd, const struct gdb_target_ops *ops, void *ctx,
		       struct gdb_watcher **ret)
{
	struct gdb_watcher *w = calloc(1, sizeof(*w));
	pthread_condattr_t attr;
	int err;

	if (!w)
		return -ENOMEM;
	w->fd = fd;
	w->ops = ops;
	w->ctx = ctx;
	pthread_mutex_init(&w->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&w->changed, &attr);
	pthread_condattr_destroy(&attr);
	err = start(w);
	if (err) {
		deinit(w);
		return fail_errno(err, "a thread for gdb");
	}
	*ret = w;
	return 0;
}

void gdb_watcher_destroy(struct gdb_watcher *w)
{
	pthread_mutex_lock(&w->lock);
	w->quit = true;
	pthread_cond_signal(&w->changed);
	pthread_mutex_unlock(&w->lock);
	pthread_join(w->thread, NULL);
	deinit(w);
}

void gdb_watcher_running(struct gdb_watcher *w, bool running)
{
	pthread_mutex_lock(&w->lock);
	w->running = running;
	if (running && w->sleeping)
		pthread_cond_signal(&w->changed);
	pthread_mutex_unlock(&w->lock);
}
