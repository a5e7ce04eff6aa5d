// SPDX-License-Identifier: MIT
#include "cli/dump_view.h"

#include <string.h>

#include "common/log.h"

/* From here on there is no replay. */
static void give_up(struct dump_view *v)
{
	log_warn("strings the program passed are shown as addresses, for the replay failed: %s",
		 fail_text());
	dump_view_deinit(v);
}

void dump_view_init(struct dump_view *v, const char *dir)
{
	struct replayer_options options = { .quiet = true };

	*v = (struct dump_view){ 0 };
	if (trace_open(dir, &v->trace) || replayer_create(v->trace, &options, &v->replayer)) {
		give_up(v);
		return;
	}
	replayer_focus(v->replayer, 0);
}

void dump_view_deinit(struct dump_view *v)
{
	if (v->replayer)
		replayer_destroy(v->replayer);
	if (v->trace)
		trace_reader_close(v->trace);
	v->replayer = NULL;
	v->trace = NULL;
}

void dump_view_move(struct dump_view *v, const struct event *e)
{
	struct replay_place place;
	struct replay_stop stop = { 0 };

	v->event = e;
	if (!v->replayer)
		return;
	replayer_place(v->replayer, &place);
	if (place.event > e->number)
		return;
	/* When the next event is due, the program has not gone on behind this
	 * one; before it, it might not have come to it. */
	replayer_goal(v->replayer, e->number + 1);
	do {
		if (replayer_resume(v->replayer, REPLAY_CONTINUE, &stop)) {
			give_up(v);
			return;
		}
	} while (stop.kind != REPLAY_GOAL && stop.kind != REPLAY_END);
}

/* Copies what the event wrote at addr; 0 when it wrote nothing there. */
static size_t read_written(const struct event *e, taddr_t addr, uint8_t *ret, size_t len)
{
	for (size_t i = e->n_writes; i--;) {
		const struct event_write *w = &e->writes[i];
		uint64_t skip = addr - w->addr;

		if (addr < w->addr || skip >= w->size)
			continue;
		if (len > w->size - skip)
			len = w->size - skip;
		memcpy(ret, e->data.data + w->data_offset + skip, len);
		return len;
	}
	return 0;
}

/* How far from addr the next write of the event begins; at most len. */
static size_t until_written(const struct event *e, taddr_t addr, size_t len)
{
	for (size_t i = 0; i < e->n_writes; i++)
		if (e->writes[i].addr > addr && e->writes[i].addr - addr < len)
			len = e->writes[i].addr - addr;
	return len;
}

static size_t read_piece(const struct dump_view *v, taddr_t addr, uint8_t *ret, size_t len)
{
	size_t n = read_written(v->event, addr, ret, len);

	if (n || !v->replayer)
		return n;
	return replayer_read(v->replayer, v->event->tid, addr, ret,
			     until_written(v->event, addr, len));
}

static size_t read_view(void *ctx, taddr_t addr, void *ret, size_t len)
{
	size_t done = 0, n;

	while (done < len && (n = read_piece(ctx, addr + done, (uint8_t *)ret + done, len - done)))
		done += n;
	return done;
}

struct sys_mem dump_view_mem(struct dump_view *v)
{
	return (struct sys_mem){ .read = read_view, .ctx = v };
}
