/* SPDX-License-Identifier: MIT */
/* What the stops at the gates mean. */
#include <string.h>

#include "translator/buffer.h"

/* The registers at a gate, but for those that SYSCALL or the way there used. */
static void stop_registers(const struct rt_state *s, const struct regs *machine, bool traced,
			   struct regs *r)
{
	*r = *machine;
	r->rax = traced ? machine->orig_rax : s->stop_rax;
	r->rcx = traced ? s->rcx : s->stop_rcx;
	r->r11 = traced ? s->r11 : s->stop_r11;
	r->orig_rax = (uint64_t)-1;
}

static const struct insn *stop_fetch(struct dbt *d, taddr_t pc)
{
	fetch_turn(&d->fetch);
	return fetch_insn(&d->fetch, pc);
}

/* An instruction that sees the outside: where its result goes. */
static void stop_insn(struct dbt *d, struct dbt_stop *ret)
{
	const struct insn *in;
	struct insn_operands o;

	if (ret->why == DBT_EXIT_INSN && ret->insn != DBT_INSN_RDPID &&
	    ret->insn != DBT_INSN_RDRAND && ret->insn != DBT_INSN_RDSEED)
		return;
	in = stop_fetch(d, ret->pc);
	if (!in)
		return;
	insn_operands(in, &o);
	if (o.reg >= 0) {
		ret->insn_reg = (unsigned)o.reg;
		ret->insn_size = o.reg_bytes;
	}
	insn_text(in, ret->insn_text, sizeof(ret->insn_text));
}

static uint64_t stop_gpr(const struct regs *r, int reg)
{
	const uint64_t values[16] = { r->rax, r->rcx, r->rdx, r->rbx, r->rsp, r->rbp,
				      r->rsi, r->rdi, r->r8,  r->r9,  r->r10, r->r11,
				      r->r12, r->r13, r->r14, r->r15 };

	return reg < 0 ? 0 : values[reg];
}

/* Where the x87 image that was just stored holds its FIP: FNSTENV and FNSAVE at
 * 12 (4 bytes) or 6 (2 bytes), FXSAVE and XSAVE at 8, of 8 bytes with REX.W. */
static void stop_image(struct dbt *d, const struct regs *r, struct dbt_stop *ret)
{
	const struct insn *in = stop_fetch(d, ret->insn_pc);
	struct insn_operands o;
	taddr_t a;

	if (!in)
		return;
	insn_operands(in, &o);
	a = (taddr_t)o.disp + stop_gpr(r, o.base) + stop_gpr(r, o.index) * o.scale;
	if (in->addr32)
		a = (uint32_t)a;
	a += o.segment == 4 ? r->fs_base : o.segment == 5 ? r->gs_base : 0;
	if (in->bytes[in->modrm - 1] == 0xd9 || in->bytes[in->modrm - 1] == 0xdd) {
		ret->fip_bytes = in->data16 ? 2 : 4;
		ret->fip_addr = a + (in->data16 ? 6 : 12);
		ret->fip_env = true;
	} else {
		ret->fip_bytes = o.wide ? 8 : 4;
		ret->fip_addr = a + 8;
	}
}

/* RAX has the number of the call that the function became. */
static void stop_vdso(const struct dbt *d, struct regs *r, struct dbt_stop *ret)
{
	ret->vdso = true;
	ret->call_nr = (int)r->rax;
	r->rax = d->state->rax;
}

static void stop_details(struct dbt *d, struct regs *r, struct dbt_stop *ret)
{
	switch (ret->why) {
	case DBT_EXIT_VDSO:
		stop_vdso(d, r, ret);
		break;
	case DBT_EXIT_SYSCALL:
		ret->call_nr = (int)r->rax;
		break;
	case DBT_EXIT_INSN:
	case DBT_EXIT_UNSUPPORTED:
		stop_insn(d, ret);
		break;
	case DBT_EXIT_FIP:
		stop_image(d, r, ret);
		break;
	default:
		break;
	}
}

/* The processor does not retire a branch to what is no address: back to before
 * it. What a CALL has pushed stays in the memory below the stack. */
static void stop_wild(struct dbt *d, struct regs *r, struct dbt_stop *ret)
{
	const struct insn *in;

	ret->target = d->state->target;
	ret->pc = ret->insn_pc = cache_exit(d->cache, d->state->branch)->target;
	in = stop_fetch(d, ret->pc);
	if (in && in->kind == INSN_RET)
		r->rsp -= 8u + in->pops;
	else if (in && in->kind == INSN_CALL_IND)
		r->rsp += 8;
	if (ret->why != DBT_EXIT_TICKS)
		ret->why = DBT_EXIT_WILD;
}

static bool stop_is_due(const struct rt_state *s)
{
	bool due = s->exact_counter < 0;

	for (unsigned i = 0; i < RT_COUNTERS; i++)
		due |= s->counter[i] < 0;
	return due;
}

/* Where one counter has run out, whichever is used next has to stop. */
static void stop_next(struct rt_state *s)
{
	for (unsigned i = 0; i < RT_COUNTERS; i++) {
		int64_t taken = s->counter[i] + 1;

		if (taken <= 0)
			continue;
		s->counter[i] = -1;
		s->armed -= taken;
		s->time -= (uint64_t)taken;
	}
}

/* Subtracts what the exit's code did not; negative: what it did before its time. */
static void stop_subtract(struct dbt *d, const struct exit *x, int64_t ticks)
{
	struct rt_state *s = d->state;

	if (cache_block(d->cache, x->block)->variant != DBT_NORMAL) {
		s->exact_counter -= ticks;
		return;
	}
	s->counter[0] -= ticks;
	if (stop_is_due(s))
		stop_next(s);
}

static void stop_at_exit(struct dbt *d, const struct exit *x, struct regs *r, struct dbt_stop *ret)
{
	struct rt_state *s = d->state;
	/* Ticks that were counted ahead are taken back here. */
	bool out = stop_is_due(s);

	ret->why = x->why;
	ret->pc = x->flags & EXIT_DYNAMIC ? s->target : x->target;
	ret->insn_pc = ret->pc - x->insn_bytes;
	ret->insn_bytes = x->why == DBT_EXIT_INSN ? x->next_bytes : x->insn_bytes;
	ret->insn = x->what;
	stop_subtract(d, x, x->ticks);
	if (x->flags & EXIT_CHECKED && (out || stop_is_due(s))) {
		ret->why = DBT_EXIT_TICKS;
		ret->flags_lost = x->flags & EXIT_FLAGS;
	}
	if (x->flags & EXIT_REBUILD)
		space_drop_block(d, x->block);
	if (x->why == DBT_EXIT_WATCH)
		ret->watch = d->watches[x->what].start;
	else if (x->flags & EXIT_DYNAMIC && !space_canonical(ret->pc))
		stop_wild(d, r, ret);
	if (ret->why == DBT_EXIT_MISS) {
		d->cache->stats.misses++;
		d->has_indirect_miss = x->flags & EXIT_DYNAMIC &&
				       cache_block(d->cache, x->block)->variant == DBT_NORMAL;
		d->indirect_miss = ret->pc;
	}
	r->rip = ret->pc;
	stop_details(d, r, ret);
}

static void stop_of_lookup(struct dbt *d, struct regs *r, struct dbt_stop *ret)
{
	if (!space_canonical(d->state->target)) {
		stop_wild(d, r, ret);
		return;
	}
	ret->why = DBT_EXIT_MISS;
	ret->pc = ret->insn_pc = d->state->target;
	d->indirect_miss = ret->pc;
	d->has_indirect_miss = true;
	d->cache->stats.misses++;
}

/* The exit is the SYSCALL's; the registers that it clobbers are in slots. */
static void stop_called(struct dbt *d, uint64_t rax, struct regs *r, struct dbt_stop *ret)
{
	struct rt_state *s = d->state;
	const struct exit *x = cache_exit(d->cache, s->call_exit);

	/* An interrupted call that is made again is seen more than once. */
	if (s->call_counted)
		stop_subtract(d, x, -x->ticks);
	r->rax = s->call_nr;
	stop_at_exit(d, x, r, ret);
	ret->why = DBT_EXIT_CALLED;
	ret->call_rax = r->rax;
	r->rax = rax;
	r->rcx = s->rcx;
	r->r11 = s->r11;
}

void dbt_set_untraced(struct dbt *d, const struct dbt_untraced *which)
{
	static const struct dbt_untraced none;

	memcpy(d->state->untraced, (which ? which : &none)->calls, DBT_MAX_CALLS);
	memcpy(d->state->traced_if, (which ? which : &none)->traced_if, DBT_MAX_CALLS);
	memcpy(d->state->output, (which ? which : &none)->output, DBT_MAX_CALLS);
	memcpy(d->state->output_bytes, (which ? which : &none)->output_bytes, DBT_MAX_CALLS);
}

void dbt_use_untraced(struct dbt *d, bool on, bool buffered)
{
	d->state->buffer_end = on && buffered && buffer_usable() ? RT_BUFFER_BYTES : 0;
	d->state->call_mask = DBT_MAX_CALLS - 1;
	buffer_set_entry(d, on && d->cache->pext ? RT_SYSCALL_CHOOSE : RT_SYSCALL);
}

bool dbt_stops_behind_call(const struct dbt *d)
{
	return d->state->exit == RT_EXIT_UNTRACED_DONE;
}

bool dbt_at_untraced(struct dbt *d, const struct regs *machine, struct regs *ret_program,
		     struct dbt_stop *ret)
{
	if (machine->rip != RT_GATE_UNTRACED && machine->rip != RT_GATE_UNTRACED + 2)
		return false;
	*ret = (struct dbt_stop){ 0 };
	*ret_program = *machine;
	stop_called(d, machine->rax, ret_program, ret);
	d->state->call_counted = 1;
	ret_program->orig_rax = (uint64_t)-1;
	return true;
}

void dbt_left(struct dbt *d, const struct regs *machine, struct regs *ret_program,
	      struct dbt_stop *ret)
{
	uint32_t number = d->state->exit;

	*ret = (struct dbt_stop){ 0 };
	stop_registers(d->state, machine, machine->rip == RT_GATE_TRACED + 2, ret_program);
	d->has_indirect_miss = false;
	switch (number) {
	case RT_EXIT_LOOKUP:
		stop_of_lookup(d, ret_program, ret);
		break;
	case RT_EXIT_PENDING:
		*ret = d->pending;
		break;
	case RT_EXIT_UNTRACED_DONE:
		stop_called(d, d->state->stop_rax, ret_program, ret);
		break;
	default:
		stop_at_exit(d, cache_exit(d->cache, number), ret_program, ret);
		break;
	}
	ret_program->rip = ret->pc;
}
