// SPDX-License-Identifier: MIT
#include "traces/check.h"

static const char *check_writes(const struct event *e)
{
	for (size_t i = 0; i < e->n_writes; i++) {
		const struct event_write *w = &e->writes[i];

		bool later = w->data_offset == EVENT_LATER && e->source;

		if (!later &&
		    (w->data_offset > e->data.len || w->size > e->data.len - w->data_offset))
			return "a write is larger than its data";
		if (w->size > UINT64_MAX - w->addr)
			return "a write wraps around the address space";
	}
	return NULL;
}

static const char *check_spaces(const struct event *e, uint32_t n_files)
{
	for (size_t i = 0; i < e->n_spaces; i++) {
		const struct event_space *s = &e->spaces[i];

		for (size_t j = 0; j < s->n_mappings; j++) {
			const struct event_mapping *m = &s->mappings[j];

			if (m->start > m->end)
				return "a mapping ends before it starts";
			if ((m->flags & MAPPING_FILE) && (!m->file || m->file > n_files))
				return "a mapping names a file that is not in the file table";
		}
	}
	return NULL;
}

static const char *check_tasks(const struct event *e)
{
	/* A new process has its parent's space. */
	if (e->kind == EVENT_SYSCALL_ENTER)
		return NULL;
	for (size_t i = 0; i < e->n_tasks; i++)
		if (e->tasks[i].space >= e->n_spaces)
			return "a task names a space that does not exist";
	return NULL;
}

const char *event_check(const struct event *e, uint32_t n_files)
{
	const char *why;

	if (e->kind < EVENT_KEYFRAME || e->kind >= EVENT_KINDS)
		return "its kind does not exist";
	if (e->kind == EVENT_SIGNAL &&
	    (e->disposition < SIGNAL_HANDLED || e->disposition > SIGNAL_STOPS))
		return "the signal's disposition does not exist";
	why = check_writes(e);
	if (!why)
		why = check_spaces(e, n_files);
	if (!why)
		why = check_tasks(e);
	return why;
}
