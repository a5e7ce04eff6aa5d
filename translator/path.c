/* SPDX-License-Identifier: MIT */
#include "translator/path.h"

#include <errno.h>
#include <stdlib.h>

#include "translator/space.h"

bool path_has_page(const struct path *p, taddr_t page)
{
	for (unsigned i = 0; i < p->n_pages; i++)
		if (p->pages[i] == page)
			return true;
	return false;
}

static bool path_add_page(struct path *p, taddr_t page)
{
	if (path_has_page(p, page))
		return true;
	if (p->n_pages == PATH_MAX_PAGES)
		return false;
	p->pages[p->n_pages++] = page;
	return true;
}

bool path_add_pages(struct path *p, const struct insn *in)
{
	return path_add_page(p, page_floor(in->pc)) &&
	       path_add_page(p, page_floor(in->pc + in->len - 1));
}

bool path_stops_at(const struct dbt *d, taddr_t pc)
{
	return space_has_breakpoint(d, pc) || space_vdso(d, pc);
}

/* Whether the slot keeps what is in it, so that the path can rely on that. */
static bool path_is_fixed(struct dbt *d, taddr_t slot)
{
	const struct dbt_ops *ops = d->fetch.ops;
	const taddr_t at = page_floor(slot);
	struct path *p = &d->path;

	if (!ops->is_fixed || slot - at > DEJA_PAGE_BYTES - sizeof(taddr_t))
		return false;
	for (unsigned i = 0; i < p->n_fixed; i++)
		if (p->fixed[i] == at)
			return true;
	if (p->n_fixed == PATH_MAX_FIXED ||
	    !ops->is_fixed(d->fetch.ctx, at, dbt_has_code(d, at, 1)))
		return false;
	p->fixed[p->n_fixed++] = at;
	return true;
}

/* Where a jump by a slot leads now; 0: it is none. */
static taddr_t path_slot(const struct dbt *d, const struct insn *in)
{
	const struct dbt_ops *ops = d->fetch.ops;
	taddr_t to;

	if (in->kind != INSN_JMP_IND || !ops->peek || !in->rip || in->addr32 ||
	    ops->peek(d->fetch.ctx, in->target, &to, sizeof(to)) != sizeof(to))
		return 0;
	return to;
}

/* Whether translations can rely on it that what is mapped at pc leads to what is at `to`
 * directly. */
static bool path_leads(struct dbt *d, taddr_t pc, taddr_t to)
{
	const struct mapping *from = cache_mapping(d->cache, pc), *m = cache_mapping(d->cache, to);

	if (!from || !m || from == m)
		return from && m;
	return from->named && m->named && !path_stops_at(d, to) &&
	       path_add_page(&d->path, page_floor(to));
}

/* Makes a jump by a slot that holds `to` a direct one if the path can rely on that. */
static bool path_follow(struct dbt *d, struct insn *in, taddr_t to)
{
	if (!path_is_fixed(d, in->target) || !path_leads(d, in->pc, to))
		return false;
	in->kind = INSN_JMP;
	in->target = to;
	in->seen = false;
	return true;
}

void path_resolve(struct dbt *d, struct insn *in)
{
	taddr_t to = path_slot(d, in);

	if (to)
		(void)path_follow(d, in, to);
}

#define WALK_JOIN 16
/* Instructions of a block that has branches; others go on to PATH_MAX_INSNS. */
#define WALK_INSNS 50
/* A function that returns after at most so many instructions, without a branch
 * between, becomes part of its caller. */
#define WALK_LEAF 12
/* A loop is repeated in its block while that has at most so many instructions. */
#define WALK_ROUNDS 32

struct walk {
	struct dbt *d;
	struct path *p;
	taddr_t pc, start;
	enum dbt_variant variant;
	unsigned max_insns, max_straight, max_ticks, ticks;
	taddr_t return_to; /* in a leaf */
	unsigned leaf;	   /* its first step */
	/* The current round of the loop that the block is: its first step, and the
	 * ticks until then. */
	unsigned round, round_ticks;
};

static bool walk_end(struct walk *w, enum path_end end)
{
	w->p->end = end;
	w->p->next = w->pc;
	return false;
}

static bool walk_stop(struct walk *w, enum dbt_exit why)
{
	w->p->why = why;
	if ((int64_t)w->pc > 0) /* not the vsyscall page */
		path_add_page(w->p, page_floor(w->pc));
	return walk_end(w, PATH_STOP);
}

/* A stop that is due at pc before any instruction there. */
static bool walk_point(struct walk *w)
{
	if (space_vdso(w->d, w->pc)) {
		if (w->p->n)
			return !walk_end(w, PATH_DIRECT);
		return !walk_stop(w, DBT_EXIT_VDSO);
	}
	if (!space_has_breakpoint(w->d, w->pc))
		return false;
	if (w->p->n)
		return !walk_end(w, PATH_DIRECT);
	if (w->variant == DBT_STEP)
		return false;
	return !walk_stop(w, DBT_EXIT_BREAKPOINT);
}

static bool walk_seen(const struct walk *w, taddr_t pc)
{
	for (unsigned i = w->round; i < w->p->n; i++)
		if (w->p->steps[i].in.pc == pc)
			return true;
	return false;
}

/* Back at the start: whether another round of this loop is worth it and fits. */
static bool walk_again(struct walk *w)
{
	unsigned insns = w->p->n - w->round, ticks = w->ticks - w->round_ticks;
	unsigned most = w->max_insns < WALK_ROUNDS ? w->max_insns : WALK_ROUNDS;

	if (w->variant != DBT_NORMAL || w->p->steps[0].lands || w->return_to || !ticks ||
	    w->p->n + insns > most || w->ticks + ticks >= w->max_ticks)
		return false;
	w->round = w->p->n;
	w->round_ticks = w->ticks;
	w->p->n_rounds = w->round + insns;
	return true;
}

/* Goes on at another place, unless the block has been there (leaves may be called
 * again) or map entries could not name it. */
static bool walk_to(struct walk *w, taddr_t pc)
{
	int64_t far = (int64_t)(pc - w->start);

	w->pc = pc;
	if (pc == w->start && walk_again(w))
		return true;
	if ((!w->return_to && walk_seen(w, pc)) || far != (int32_t)far)
		return walk_end(w, PATH_DIRECT);
	return true;
}

/* Whether the leaf so far cannot have changed its return address or where that is. */
static bool walk_keeps_stack(const struct walk *w)
{
	for (unsigned i = w->leaf; i + 1 < w->p->n; i++) {
		struct insn_operands o;

		insn_operands(&w->p->steps[i].in, &o);
		if (o.writes || o.used & 1u << REG_RSP)
			return false;
	}
	return true;
}

static bool walk_return(struct walk *w, struct step *s)
{
	if (!w->return_to || w->p->n >= w->max_insns)
		return walk_end(w, PATH_INDIRECT);
	s->known = walk_keeps_stack(w);
	s->checked = !s->known;
	s->in.seen = s->checked;
	s->to = w->return_to;
	w->pc = w->return_to;
	w->return_to = 0;
	return true;
}

static bool walk_is_away(const struct walk *w, taddr_t pc)
{
	return !cache_same_mapping(w->d->cache, pc, w->start);
}

/* A slot of the same module that is not fixed is likely to keep what is in it now; if that
 * leads behind the jump, the dynamic linker has not been asked yet, and the first jump is
 * going to fill it. */
static bool walk_jump(struct walk *w, struct step *s)
{
	taddr_t to = w->variant == DBT_NORMAL ? path_slot(w->d, &s->in) : 0;

	if (!to)
		return walk_end(w, PATH_INDIRECT);
	if (path_follow(w->d, &s->in, to)) {
		w->pc = to;
		return walk_is_away(w, to) ? walk_end(w, PATH_DIRECT) : walk_to(w, to);
	}
	if (walk_is_away(w, to) || !cache_mapping(w->d->cache, to))
		return walk_end(w, PATH_INDIRECT);
	s->checked = true;
	s->to = to;
	s->unbound = to == s->in.pc + s->in.len;
	return walk_to(w, to);
}

/* Whether what is called at pc only computes and returns. */
static bool walk_is_leaf(struct walk *w, taddr_t pc)
{
	for (unsigned i = 0; i < WALK_LEAF && w->p->n + i < w->max_insns; i++) {
		const struct insn *in;

		if (path_stops_at(w->d, pc))
			return false;
		in = fetch_insn(&w->d->fetch, pc);
		if (in && in->kind == INSN_RET)
			return !in->pops;
		if (!in || (in->kind != INSN_PLAIN && in->kind != INSN_JMP))
			return false;
		pc = in->kind == INSN_JMP ? in->target : pc + in->len;
	}
	return false;
}

/* What is called at pc: behind an entry of a linkage table with a fixed slot, where that
 * leads. */
static taddr_t walk_callee(struct walk *w, taddr_t pc)
{
	const struct insn *at = fetch_behind_endbr(&w->d->fetch, pc);
	struct insn in;

	if (!at || at->kind != INSN_JMP_IND || path_stops_at(w->d, pc) ||
	    path_stops_at(w->d, at->pc) || !path_add_pages(w->p, at))
		return pc;
	in = *at;
	path_resolve(w->d, &in);
	return in.kind == INSN_JMP ? in.target : pc;
}

/* Returns land behind a call, and only one translation of it can be the one that
 * they are looked up for: it begins a block, which goes on where it returns. */
static bool walk_call(struct walk *w, struct step *s)
{
	w->return_to = 0;
	if (w->variant == DBT_NORMAL && s->in.kind == INSN_CALL)
		s->in.target = walk_callee(w, s->in.target);
	if (w->variant != DBT_NORMAL)
		return s->in.kind == INSN_CALL ? walk_to(w, s->in.target) :
						 walk_end(w, PATH_INDIRECT);
	if (s->in.kind == INSN_CALL && !walk_is_away(w, s->in.target) &&
	    walk_is_leaf(w, s->in.target)) {
		w->return_to = s->in.pc + s->in.len;
		w->leaf = w->p->n;
		return walk_to(w, s->in.target);
	}
	if (w->p->n == 1) {
		s->lands = true;
		return true;
	}
	w->p->n--;
	w->pc = s->in.pc;
	return walk_end(w, PATH_DIRECT);
}

/* Takes the instruction at pc into the path; false: the path ends. */
static bool walk_insn(struct walk *w, const struct insn *in)
{
	struct step *s = &w->p->steps[w->p->n];

	switch (in->kind) {
	case INSN_OUTSIDE:
		w->p->stop = *in;
		return walk_stop(w, DBT_EXIT_INSN);
	case INSN_UNSUPPORTED:
		w->p->stop = *in;
		return walk_stop(w, DBT_EXIT_UNSUPPORTED);
	case INSN_UNDECODED:
		return walk_stop(w, DBT_EXIT_UNDECODED);
	default:
		break;
	}
	*s = (struct step){ .in = *in };
	w->p->n++;
	w->pc += in->len;
	switch (in->kind) {
	case INSN_JCC:
	case INSN_LOOP:
		w->ticks++;
		s->again = in->kind == INSN_JCC && in->target == w->start && walk_again(w);
		if (s->again)
			w->pc = w->start;
		return w->ticks < w->max_ticks || walk_end(w, PATH_DIRECT);
	case INSN_JMP:
	case INSN_XBEGIN:
		return walk_to(w, in->target);
	case INSN_CALL:
	case INSN_CALL_IND:
		return walk_call(w, s);
	case INSN_RET:
		return walk_return(w, s);
	case INSN_JMP_IND:
		return walk_jump(w, s);
	case INSN_SYSCALL:
		return walk_end(w, PATH_SYSCALL);
	case INSN_X87_IMAGE:
		return walk_end(w, PATH_X87_IMAGE);
	case INSN_TRAP:
	case INSN_FAULT:
		return walk_end(w, PATH_DIRECT);
	default:
		return true;
	}
}

/* Whether a block that has begun here would be a copy of another, which is not
 * worth it for short pieces only. A leaf must not be left: its RET would be one of
 * ours, without a CALL of ours. */
static bool walk_joins(const struct walk *w)
{
	return w->p->n >= WALK_JOIN && w->p->n >= w->p->n_rounds && w->variant == DBT_NORMAL &&
	       !w->return_to && cache_translated(w->d->cache, w->pc, DBT_NORMAL);
}

static bool walk_one(struct walk *w)
{
	const struct insn *in;

	if (walk_point(w))
		return false;
	if (walk_joins(w))
		return walk_end(w, PATH_DIRECT);
	if (w->p->n >= (w->ticks ? w->max_insns : w->max_straight))
		return walk_end(w, PATH_DIRECT);
	in = fetch_insn(&w->d->fetch, w->pc);
	if (!in || !path_add_pages(w->p, in))
		return walk_end(w, PATH_DIRECT);
	return walk_insn(w, in);
}

int path_collect(struct dbt *d, taddr_t pc, enum dbt_variant variant)
{
	struct path *p = &d->path;
	struct walk w = { .d = d, .p = p, .pc = pc, .start = pc, .variant = variant };
	unsigned asked = variant == DBT_STEP ? 1 : d->config.max_insns;

	w.max_insns = path_limit(asked, WALK_INSNS, PATH_MAX_INSNS);
	w.max_straight = path_limit(asked, PATH_MAX_INSNS, PATH_MAX_INSNS);
	w.max_ticks = variant == DBT_NORMAL ? d->config.max_ticks : 1;
	p->n = p->n_pages = p->n_fixed = p->n_rounds = 0;
	p->why = variant == DBT_STEP ? DBT_EXIT_STEP : DBT_EXIT_MISS;
	while (walk_one(&w))
		;
	return p->n || p->end == PATH_STOP ? 0 : -ENOEXEC;
}
