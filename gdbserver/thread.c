// SPDX-License-Identifier: MIT
// Threads: their names in packets, and the packets that list and choose them.
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "gdbserver/state.h"

#define THREADS_A_REPLY 1024

bool gdb_take_thread(const struct gdb_server *s, struct text *t, pid_t *ret)
{
	struct text rest = *t;
	int64_t pid = 0, tid;

	if (text_take(&rest, 'p')) {
		if (!text_take_signed(&rest, &pid))
			return false;
		/* "pPID" alone is all threads of it. */
		tid = -1;
		if (text_take(&rest, '.') && !text_take_signed(&rest, &tid))
			return false;
	} else if (!text_take_signed(&rest, &tid)) {
		return false;
	}
	if (pid > 0 && pid != s->ops->process(s->ctx))
		tid = INT32_MAX; /* a process that is not shown has no thread */
	if (tid < -1 || tid > INT32_MAX)
		return false;
	*t = rest;
	*ret = (pid_t)tid;
	return true;
}

int gdb_append_thread(const struct gdb_server *s, pid_t tid, struct buf *out)
{
	if (s->multiprocess)
		return buf_printf(out, "p%x.%x", (unsigned)s->ops->process(s->ctx),
				  (unsigned)tid);
	return buf_printf(out, "%x", (unsigned)tid);
}

bool gdb_has_thread(const struct gdb_server *s, pid_t tid)
{
	pid_t tids[GDB_MAX_THREADS];
	size_t n = s->alive ? s->ops->threads(s->ctx, tids, GDB_MAX_THREADS) : 0;

	for (size_t i = 0; i < n; i++)
		if (tids[i] == tid)
			return true;
	return false;
}

pid_t gdb_current_thread(const struct gdb_server *s)
{
	return gdb_has_thread(s, s->tid) ? s->tid : s->stop.tid;
}

int gdb_do_select(struct gdb_server *s, struct text args)
{
	pid_t tid;

	/* Hc chooses who steps; vCont names its threads itself. */
	if (!text_take(&args, 'g') && !text_take(&args, 'c'))
		return -EINVAL;
	if (!gdb_take_thread(s, &args, &tid))
		return -EINVAL;
	if (tid > 0 && !gdb_has_thread(s, tid))
		return -ESRCH;
	if (tid > 0)
		s->tid = tid;
	return gdb_reply(s, "OK");
}

int gdb_do_alive(struct gdb_server *s, struct text args)
{
	pid_t tid;

	if (!gdb_take_thread(s, &args, &tid))
		return -EINVAL;
	return gdb_has_thread(s, tid) ? gdb_reply(s, "OK") : -ESRCH;
}

int gdb_do_current(struct gdb_server *s, struct text args)
{
	int err = buf_append(&s->reply, "QC", 2);

	(void)args;
	return err ? err : gdb_append_thread(s, gdb_current_thread(s), &s->reply);
}

/* Lists threads from s->next_thread on; "l" when there are no more. */
static int list_threads(struct gdb_server *s)
{
	pid_t tids[GDB_MAX_THREADS];
	size_t n = s->alive ? s->ops->threads(s->ctx, tids, GDB_MAX_THREADS) : 0;
	size_t end = s->next_thread + THREADS_A_REPLY;
	int err = 0;

	if (s->next_thread >= n)
		return gdb_reply(s, "l");
	for (size_t i = s->next_thread; !err && i < n && i < end; i++) {
		err = buf_append(&s->reply, i == s->next_thread ? "m" : ",", 1);
		if (!err)
			err = gdb_append_thread(s, tids[i], &s->reply);
	}
	s->next_thread = end;
	return err;
}

int gdb_do_first_threads(struct gdb_server *s, struct text args)
{
	(void)args;
	s->next_thread = 0;
	return list_threads(s);
}

int gdb_do_next_threads(struct gdb_server *s, struct text args)
{
	(void)args;
	return list_threads(s);
}

/* As the kernel names a thread after execve(2): the last part of the path. */
static void thread_name(const struct gdb_server *s, char *ret, size_t size)
{
	const char *path = s->ops->exec_file(s->ctx);
	const char *slash = path ? strrchr(path, '/') : NULL;

	snprintf(ret, size, "%.15s", slash ? slash + 1 : path ? path : "");
}

int gdb_do_thread_info(struct gdb_server *s, struct text args)
{
	char name[16];
	pid_t tid;

	if (!text_take(&args, ',') || !gdb_take_thread(s, &args, &tid))
		return -EINVAL;
	if (!gdb_has_thread(s, tid))
		return -ESRCH;
	thread_name(s, name, sizeof(name));
	return hex_append(&s->reply, name, strlen(name));
}

/* '<', '&' and '"' of a file's name would end the attribute. */
static int append_attribute(struct buf *out, const char *text)
{
	int err = 0;

	for (; !err && *text; text++)
		err = strchr("<>&\"'", *text) || (unsigned char)*text < ' '
			      ? buf_printf(out, "&#%d;", (unsigned char)*text)
			      : buf_append(out, text, 1);
	return err;
}

static int describe_thread(struct gdb_server *s, pid_t tid, const char *name,
			   struct buf *out)
{
	int err = buf_printf(out, "<thread id=\"");

	if (!err)
		err = gdb_append_thread(s, tid, out);
	if (!err)
		err = buf_printf(out, "\" name=\"");
	if (!err)
		err = append_attribute(out, name);
	return err ? err : buf_printf(out, "\"/>\n");
}

int gdb_describe_threads(struct gdb_server *s, struct buf *out)
{
	pid_t tids[GDB_MAX_THREADS];
	size_t n = s->alive ? s->ops->threads(s->ctx, tids, GDB_MAX_THREADS) : 0;
	int err = buf_printf(out, "<threads>\n");
	char name[16] = "";

	if (n)
		thread_name(s, name, sizeof(name));
	for (size_t i = 0; !err && i < n; i++)
		err = describe_thread(s, tids[i], name, out);
	return err ? err : buf_printf(out, "</threads>\n");
}
