// SPDX-License-Identifier: MIT
// Breakpoints and watchpoints (Z and z), as many as gdb wants.
#include <errno.h>
#include <stdlib.h>

#include "gdbserver/conditions.h"

static bool is_watch(enum gdb_point_type type)
{
	return type >= GDB_POINT_WATCH_WRITE;
}

static enum gdb_watch_type watch_type(enum gdb_point_type type)
{
	switch (type) {
	case GDB_POINT_WATCH_READ:
		return GDB_WATCH_READ;
	case GDB_POINT_WATCH_ACCESS:
		return GDB_WATCH_ACCESS;
	default:
		return GDB_WATCH_WRITE;
	}
}

/* "TYPE,ADDR,KIND": KIND is the length of a watch, and of no interest for a
 * breakpoint. */
static int parse(struct text *args, struct gdb_point *ret)
{
	uint64_t type, addr, kind;

	if (!text_take_hex(args, &type) || !text_take(args, ',') ||
	    !text_take_pair(args, &addr, &kind))
		return -EINVAL;
	if (type >= GDB_POINT_TYPES)
		return -EOPNOTSUPP;
	*ret = (struct gdb_point){ .type = (enum gdb_point_type)type, .addr = addr };
	if (!is_watch(ret->type))
		return 0;
	ret->bytes = kind;
	return kind && addr + kind >= addr ? 0 : -EINVAL;
}

static struct gdb_point *find(const struct gdb_server *s, const struct gdb_point *p)
{
	for (size_t i = 0; i < s->n_points; i++)
		if (s->points[i].type == p->type && s->points[i].addr == p->addr &&
		    s->points[i].bytes == p->bytes)
			return &s->points[i];
	return NULL;
}

bool gdb_has_breakpoint(const struct gdb_server *s, taddr_t pc, enum gdb_point_type *ret)
{
	for (size_t i = 0; i < s->n_points; i++)
		if (!is_watch(s->points[i].type) && s->points[i].addr == pc) {
			*ret = s->points[i].type;
			return true;
		}
	return false;
}

/* A software and a hardware breakpoint at one place are one to the target. */
static int apply(struct gdb_server *s, const struct gdb_point *p, bool set)
{
	enum gdb_point_type other;

	if (is_watch(p->type))
		return s->ops->set_watch(s->ctx, p->addr, p->bytes, watch_type(p->type), set);
	if (gdb_has_breakpoint(s, p->addr, &other))
		return 0;
	return s->ops->set_breakpoint(s->ctx, p->addr, set);
}

bool gdb_breaks_at(struct gdb_server *s, pid_t tid, taddr_t pc)
{
	for (size_t i = 0; i < s->n_points; i++) {
		const struct gdb_point *p = &s->points[i];

		if (!is_watch(p->type) && p->addr == pc &&
		    gdb_conditions_hold(s, tid, &p->conditions))
			return true;
	}
	return false;
}

/* Takes over p's conditions. */
static int add(struct gdb_server *s, const struct gdb_point *p)
{
	struct gdb_point *more = realloc(s->points, (s->n_points + 1) * sizeof(*more));
	int err;

	if (!more)
		return -ENOMEM;
	s->points = more;
	err = apply(s, p, true);
	if (!err)
		s->points[s->n_points++] = *p;
	return err;
}

/* gdb tells new conditions by inserting again. */
static int insert(struct gdb_server *s, const struct gdb_point *p)
{
	struct gdb_point *known = find(s, p);

	if (!known)
		return add(s, p);
	buf_deinit(&known->conditions);
	known->conditions = p->conditions;
	return 0;
}

int gdb_do_insert(struct gdb_server *s, struct text args)
{
	struct gdb_point p;
	int err = parse(&args, &p);

	if (err)
		return err;
	if (!is_watch(p.type))
		err = gdb_conditions_parse(args, &p.conditions);
	if (!err)
		err = insert(s, &p);
	if (!err)
		return gdb_reply(s, "OK");
	buf_deinit(&p.conditions);
	return err;
}

static int take_away(struct gdb_server *s, struct gdb_point *at)
{
	struct gdb_point p = *at;

	*at = s->points[--s->n_points];
	buf_deinit(&p.conditions);
	return apply(s, &p, false);
}

int gdb_do_remove(struct gdb_server *s, struct text args)
{
	struct gdb_point p, *at;
	int err = parse(&args, &p);

	if (err)
		return err;
	at = find(s, &p);
	err = at ? take_away(s, at) : 0;
	return err ? err : gdb_reply(s, "OK");
}

void gdb_remove_points(struct gdb_server *s)
{
	/* What cannot be taken away went with the process. */
	while (s->n_points)
		(void)!take_away(s, &s->points[s->n_points - 1]);
	free(s->points);
	s->points = NULL;
}
