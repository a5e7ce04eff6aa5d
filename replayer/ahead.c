// SPDX-License-Identifier: MIT
// Reading ahead: the calls that come next are given to a task all at once, in the
// buffer in its memory, so that it takes their effects without a stop. What it does
// not take (it is at another place than recorded, or was stopped) comes to be the next
// event, as if it had never been given.
#include "replayer/private.h"

/* The i-th event behind r->next: 1, or 0 when it is not known. */
static int look_ahead(struct replayer *r, size_t i, const struct event **ret)
{
	while (i >= r->n_ahead) {
		int n;

		if (r->n_ahead == REP_MAX_AHEAD || r->ahead_error)
			return 0;
		n = trace_read(r->reader, &r->ahead[(r->first_ahead + r->n_ahead) % REP_MAX_AHEAD]);
		if (n < 0)
			r->ahead_error = n;
		if (n <= 0)
			return 0;
		r->n_ahead++;
	}
	*ret = &r->ahead[(r->first_ahead + i) % REP_MAX_AHEAD];
	return 1;
}

int rep_read(struct replayer *r)
{
	struct event *first = &r->ahead[r->first_ahead], spare;

	if (!r->n_ahead)
		return r->ahead_error ? r->ahead_error : trace_read(r->reader, &r->next);
	spare = r->next;
	r->next = *first;
	*first = spare;
	r->first_ahead = (r->first_ahead + 1) % REP_MAX_AHEAD;
	r->n_ahead--;
	return 1;
}

void rep_forget_ahead(struct replayer *r)
{
	r->first_ahead = r->n_ahead = r->n_given = 0;
	r->ahead_error = 0;
}

/* Whether the event is nothing but a result and what a SYSCALL wrote. */
static bool can_give(const struct event *e, const struct task *t)
{
	return e->kind == EVENT_SYSCALL && e->tid == t->tid && !e->flags && e->nr >= 0 &&
	       e->regs.rax == (uint64_t)e->nr && e->n_writes <= 1 &&
	       sys_replay_class(e->nr) == SYS_EMULATE && !task_is_restart(e->result);
}

static bool give(const struct event *e, struct task *t)
{
	struct dbt_call call = { .regs = e->regs, .ticks = e->ticks, .result = e->result };

	if (e->n_writes) {
		call.addr = e->writes[0].addr;
		call.bytes = e->writes[0].size;
		call.data = e->data.data + e->writes[0].data_offset;
	}
	return dbt_give_call(t->space->dbt, &call);
}

const struct event *rep_give(struct replayer *r, struct task *t)
{
	const struct event *e = &r->next, *behind;

	r->n_given = 0;
	if (r->n_watches || t->space->refs > 1 || t->space->n_guarded)
		return e;
	/* There has to be a place to run to behind the last one. */
	while (can_give(e, t) && look_ahead(r, r->n_given, &behind) && behind->tid == t->tid &&
	       !(r->goal && behind->number >= r->goal) &&
	       (behind->kind == EVENT_SYSCALL || behind->ticks > e->ticks) && give(e, t)) {
		r->n_given++;
		e = behind;
	}
	return e;
}

int rep_take_given(struct replayer *r, struct task *t)
{
	size_t taken;
	int n = 1;

	if (!r->n_given)
		return 0;
	taken = dbt_taken(t->space->dbt);
	dbt_empty_buffer(t->space->dbt);
	for (size_t i = 0; n > 0 && i < taken && i < r->n_given; i++) {
		r->last = r->next.number;
		r->have_next = false;
		n = rep_load(r);
	}
	r->n_given = 0;
	return n < 0 ? n : 0;
}
