// SPDX-License-Identifier: MIT
#include "cli/processes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"

#define MAX_ARGC      65536
#define MAX_ARG_BYTES 131072

void processes_deinit(struct processes *p)
{
	for (size_t i = 0; i < p->n; i++) {
		free(p->items[i].exe);
		buf_deinit(&p->items[i].argv);
	}
	for (size_t i = 0; i < p->n_execs; i++)
		free(p->execs[i].exe);
	free(p->items);
	free(p->execs);
	*p = (struct processes){ 0 };
}

struct process *processes_find(const struct processes *p, pid_t pid)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->items[i].pid == pid)
			return &p->items[i];
	return NULL;
}

static int add(struct processes *p, pid_t pid, struct process **ret)
{
	struct process *items = reallocarray(p->items, p->n + 1, sizeof(*items));

	if (!items)
		return fail(-ENOMEM, "out of memory");
	p->items = items;
	items[p->n] = (struct process){ .pid = pid };
	*ret = &items[p->n++];
	return 0;
}

/* The process of an event; a child that runs before its fork ends in the parent
 * appears with its own first event. */
static int get(struct processes *p, pid_t pid, event_t number, struct process **ret)
{
	int error = 0;

	*ret = processes_find(p, pid);
	if (!*ret)
		error = add(p, pid, ret);
	if (!error && !(*ret)->first)
		(*ret)->first = number;
	return error;
}

/* The bytes that event e wrote at addr; how many there are through len. */
static const uint8_t *written(const struct event *e, taddr_t addr, size_t *len)
{
	for (size_t i = 0; i < e->n_writes; i++) {
		const struct event_write *w = &e->writes[i];

		if (addr < w->addr || addr - w->addr >= w->size)
			continue;
		*len = w->size - (addr - w->addr);
		return e->data.data + w->data_offset + (addr - w->addr);
	}
	return NULL;
}

static bool written_word(const struct event *e, taddr_t addr, uint64_t *ret)
{
	size_t len;
	const uint8_t *bytes = written(e, addr, &len);

	if (!bytes || len < sizeof(*ret))
		return false;
	memcpy(ret, bytes, sizeof(*ret));
	return true;
}

static int append_arg(const struct event *e, taddr_t addr, struct buf *out)
{
	size_t len = 0;
	const uint8_t *bytes = written(e, addr, &len);

	if (len > MAX_ARG_BYTES)
		len = MAX_ARG_BYTES;
	return buf_append(out, bytes ? bytes : (const uint8_t *)"",
			  bytes ? strnlen((const char *)bytes, len) : 0);
}

/* A new image's stack begins with argc and the pointers to the arguments
 * (System V ABI, x86-64, 3.4.1). */
static int read_argv(const struct event *e, struct buf *out)
{
	taddr_t sp = e->tasks[0].regs.rsp;
	uint64_t argc, arg;

	buf_clear(out);
	if (!written_word(e, sp, &argc) || argc > MAX_ARGC)
		return 0;
	for (uint64_t i = 0; i < argc; i++) {
		int error;

		if (!written_word(e, sp + 8 + 8 * i, &arg))
			break;
		error = append_arg(e, arg, out);
		if (!error)
			error = buf_append(out, "", 1);
		if (error)
			return error;
	}
	return 0;
}

static int add_exec(struct processes *all, pid_t pid, event_t event, const char *exe)
{
	struct process_exec *execs = reallocarray(all->execs, all->n_execs + 1, sizeof(*execs));
	char *copy = strdup(exe);

	if (execs)
		all->execs = execs;
	if (!execs || !copy) {
		free(copy);
		return fail(-ENOMEM, "out of memory");
	}
	execs[all->n_execs++] = (struct process_exec){ pid, event, copy };
	return 0;
}

static int take_exec(struct processes *all, struct process *p, const struct event *e)
{
	int error;

	if (!e->n_tasks || !e->n_spaces)
		return 0;
	error = add_exec(all, p->pid, e->number, e->spaces[0].exe ? e->spaces[0].exe : "");
	if (error)
		return error;
	if (e->tasks[0].ppid)
		p->ppid = e->tasks[0].ppid;
	if (!p->exec)
		p->exec = e->number;
	p->execed = true;
	free(p->exe);
	p->exe = e->spaces[0].exe ? strdup(e->spaces[0].exe) : NULL;
	return read_argv(e, &p->argv);
}

/* The child has its parent's image until it execs. */
static int take_fork(struct processes *all, size_t parent, const struct event *e)
{
	struct process *child = processes_find(all, e->new_tid);
	int error = child ? 0 : add(all, e->new_tid, &child);
	const struct process *p = &all->items[parent];

	if (error)
		return error;
	if (!child->ppid)
		child->ppid = p->pid;
	if (child->execed)
		return 0;
	free(child->exe);
	child->exe = p->exe ? strdup(p->exe) : NULL;
	buf_clear(&child->argv);
	return buf_append(&child->argv, p->argv.data, p->argv.len);
}

static int take_event(struct processes *all, const struct event *e)
{
	struct process *p;
	int error;

	if (e->kind == EVENT_END)
		return 0;
	error = get(all, e->tid, e->number, &p);
	if (error)
		return error;
	if (e->kind == EVENT_EXIT) {
		p->exited = true;
		p->status = e->status;
		return 0;
	}
	p->last = e->number;
	if (e->kind == EVENT_EXEC || (e->kind == EVENT_KEYFRAME && !p->execed))
		return take_exec(all, p, e);
	if (e->new_tid > 0)
		return take_fork(all, (size_t)(p - all->items), e);
	return 0;
}

int processes_read(struct trace_reader *r, struct processes *ret)
{
	cleanup_with(processes_deinit) struct processes all = { 0 };
	cleanup_with(event_deinit) struct event e = { 0 };
	int got;

	while ((got = trace_read(r, &e)) > 0) {
		got = take_event(&all, &e);
		if (got)
			break;
	}
	if (got < 0)
		return got;
	*ret = all;
	all = (struct processes){ 0 };
	return 0;
}
