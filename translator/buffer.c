/* SPDX-License-Identifier: MIT */
/* RT_BUFFER. What lies there is the tracee's to change: nothing is believed. */
#include "translator/buffer.h"

#include <string.h>
#include <sys/auxv.h>

/* In AT_HWCAP2: RDFSBASE and its like work.
 * Source: Linux arch/x86/include/uapi/asm/hwcap2.h */
#define HWCAP2_FSGSBASE 2

bool buffer_usable(void)
{
	return getauxval(AT_HWCAP2) & HWCAP2_FSGSBASE;
}

/* A test's own entry stays. */
void buffer_set_entry(struct dbt *d, uint64_t entry)
{
	if (d->state->syscall_entry - RT_CODE < RT_CODE_BYTES)
		d->state->syscall_entry = entry;
}

static uint8_t *buffer(const struct dbt *d)
{
	return (uint8_t *)d->state + (RT_BUFFER - RT_STATE);
}

/* The call at an offset, when there is one in front of end. */
static const struct rt_call *call_at(const struct dbt *d, uint64_t at, uint64_t end)
{
	const struct rt_call *c = (const void *)(buffer(d) + at);
	uint64_t bytes;

	if (end > RT_BUFFER_BYTES || at % 8 || at >= end || end - at < RT_CALL_BYTES)
		return NULL;
	bytes = c->bytes;
	return bytes % 8 || bytes < RT_CALL_BYTES || bytes > end - at ? NULL : c;
}

void dbt_inject(struct dbt *d)
{
	d->state->call_next = 0;
}

void dbt_set_time(struct dbt *d, ticks_t ticks)
{
	d->state->time = ticks + (uint64_t)(d->state->armed - d->state->exact_counter);
}

bool dbt_next_buffered(struct dbt *d, struct dbt_call *ret)
{
	const struct rt_call *c = call_at(d, d->buffer_read, d->state->buffer_used);
	uint64_t bytes;

	if (!c)
		return false;
	bytes = c->bytes;
	*ret = (struct dbt_call){
		.regs = c->place.regs,
		.ticks = c->place.ticks,
		.result = (int64_t)c->result,
		.addr = c->addr,
		.bytes = c->n <= bytes - RT_CALL_BYTES ? c->n : 0,
		.data = c->data,
	};
	d->buffer_read += bytes;
	return true;
}

void dbt_empty_buffer(struct dbt *d)
{
	d->buffer_read = 0;
	d->state->buffer_used = d->state->buffer_taken = 0;
}

bool dbt_give_call(struct dbt *d, const struct dbt_call *call)
{
	uint64_t used = d->state->buffer_used;
	struct rt_call *c = (void *)(buffer(d) + used);
	size_t bytes;

	if (!buffer_usable() || used > RT_BUFFER_BYTES - RT_CALL_BYTES ||
	    call->bytes > RT_BUFFER_BYTES - RT_CALL_BYTES - used)
		return false;
	bytes = (RT_CALL_BYTES + call->bytes + 7) & ~(size_t)7;
	*c = (struct rt_call){
		.bytes = bytes,
		.result = (uint64_t)call->result,
		.addr = call->addr,
		.n = call->bytes,
		.place = { .ticks = call->ticks, .regs = call->regs },
	};
	if (call->bytes)
		memcpy(c->data, call->data, call->bytes);
	d->state->buffer_used = used + bytes;
	return true;
}

void dbt_use_given(struct dbt *d, bool on)
{
	buffer_set_entry(d, on && d->state->buffer_used ? RT_SYSCALL_TAKE : RT_SYSCALL);
}

size_t dbt_taken(const struct dbt *d)
{
	const struct rt_call *c;
	uint64_t at = 0, end = d->state->buffer_taken;
	size_t n = 0;

	for (; (c = call_at(d, at, end)); at += c->bytes)
		n++;
	return n;
}

static taddr_t place(const uint8_t *in_runtime)
{
	return RT_CODE + (taddr_t)(in_runtime - pre_runtime);
}

bool dbt_rewind(const struct dbt *d, struct regs *machine)
{
	const struct rt_state *s = d->state;
	taddr_t at = machine->rip;
	bool takes = at >= place(pre_call_matched) && at < place(pre_call_taken);

	if (!takes && (at < RT_CALLED || at >= place(pre_call_buffered)))
		return false;
	if (takes || at >= place(pre_call_saved)) {
		machine->rax = takes ? s->call_nr : s->call_result;
		machine->rdx = s->rdx;
		machine->rsi = s->call_rsi;
		machine->rdi = s->call_rdi;
		machine->eflags = machine->r11;
	}
	machine->rip = RT_CALLED;
	if (takes) {
		machine->rip = RT_SYSCALL;
		machine->rcx = s->rcx;
		machine->r11 = s->r11;
	}
	machine->orig_rax = (uint64_t)-1;
	return true;
}
