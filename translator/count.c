/* SPDX-License-Identifier: MIT */
/*
 * Subtracting ticks from the counter without the program seeing it, where the way
 * out does not lead to a block that takes over what is pending (exits_carry()). SUB
 * changes the flags, so it stands where they are dead (flags.h); looked for, in this
 * order, at the exit itself, among the instructions since the last branch, and
 * behind copies of the first instructions at the exit's target:
 *
 *	sub qword [counter], 3
 *	js  stub
 *
 * Where there is no such place, the branch itself may be counted ahead, before
 * the instruction that sets its flags (a stop there takes that back), and else
 * LAHF and SETO keep the flags in RAX meanwhile. Blocks that would have to do that
 * take nothing over (count_can_take()).
 */
#include "translator/build.h"
#include "translator/flags.h"

/* A branch back at most so far closes a loop; others lead to code that is shared. */
#define LOOP_BYTES 256

static uint32_t count_exit(struct build *b, taddr_t pc, uint8_t flags)
{
	return exits_add(b, (struct exit){ .target = pc, .why = DBT_EXIT_MISS,
					   .flags = EXIT_CHECKED | flags });
}

uint32_t count_counter(struct build *b)
{
	if (b->variant != DBT_NORMAL)
		return ST(EXACT_COUNTER);
	return ST(COUNTER) + ((uint32_t)(b->pc >> 4) + b->n_subtracted++) % RT_COUNTERS * 8;
}

uint32_t count_plain(struct build *b, taddr_t pc, int8_t ticks)
{
	uint32_t i = count_exit(b, pc, EXIT_FLAGS);

	if (b->error)
		return i;
	emit_sub_mem(&b->e, count_counter(b), (uint8_t)ticks);
	emit_jcc(&b->e, CC_S, exits_stub(b, i));
	return i;
}

uint32_t count_preserving(struct build *b, taddr_t pc, int8_t ticks)
{
	uint32_t i = count_exit(b, pc, 0);
	struct emit cold = build_cold(b, 16);

	if (b->error)
		return i;
	emit_spill_flags(&b->e, ST(RAX));
	emit_sub_mem(&b->e, count_counter(b), (uint8_t)ticks);
	emit_jcc(&b->e, CC_S, emit_here(&cold));
	emit_reload_flags(&b->e, ST(RAX));

	emit_reload_flags(&cold, ST(RAX));
	emit_jmp(&cold, exits_stub(b, i));
	return i;
}

static bool count_goes_on(const struct insn *in)
{
	return in->kind == INSN_PLAIN || in->kind == INSN_JMP || in->kind == INSN_CALL;
}

/* Follows the flags through instruction n: live[i] are those before instruction i that are
 * not overwritten yet; 0: they were seen. Returns the first i before which all are dead,
 * -1: none. */
static int count_follow(uint16_t *live, int n, const struct insn *in)
{
	for (int i = 0; i <= n; i++) {
		if (!live[i])
			continue;
		if (in->seen || in->reads & live[i]) {
			live[i] = 0;
			continue;
		}
		live[i] &= (uint16_t)~in->kills;
		if (!live[i])
			return i;
	}
	return -1;
}

int count_ahead(struct build *b, taddr_t pc, struct insn *insns, taddr_t *ret_pc)
{
	uint16_t live[BUILD_AHEAD];
	taddr_t pcs[BUILD_AHEAD];
	bool called = false; /* calls are not copied */

	for (int n = 0; n < BUILD_AHEAD; n++) {
		const struct insn *in;
		int start;

		if (path_stops_at(b->d, pc) || !emit_reaches(b->pc, pc))
			return -1;
		in = fetch_insn(&b->d->fetch, pc);
		if (!in || !path_add_pages(&b->d->path, in))
			return -1;
		insns[n] = *in;
		pcs[n] = pc;
		path_resolve(b->d, &insns[n]);
		in = &insns[n];
		if (!count_goes_on(in))
			return -1;
		live[n] = n <= BUILD_COPIES && !called ? FLAG_ALL : 0;
		called |= in->kind == INSN_CALL;
		start = count_follow(live, n, in);
		if (start >= 0) {
			*ret_pc = pcs[start];
			return start;
		}
		pc = in->kind == INSN_PLAIN ? pc + in->len : in->target;
	}
	return -1;
}

bool count_can_take(struct build *b, taddr_t pc)
{
	uint16_t live[BUILD_TAKES];

	for (int n = 0; n < BUILD_TAKES; n++) {
		const struct insn *in;

		if (path_stops_at(b->d, pc))
			return true;
		in = fetch_insn(&b->d->fetch, pc);
		/* A branch is counted, too, and brings places of its own. */
		if (!in || in->kind == INSN_JCC || in->kind == INSN_LOOP)
			return true;
		if (in->kind != INSN_PLAIN && in->kind != INSN_JMP)
			return false;
		live[n] = FLAG_ALL;
		if (count_follow(live, n, in) >= 0)
			return true;
		pc = in->kind == INSN_PLAIN ? pc + in->len : in->target;
	}
	return true;
}

/* ---- the plan ---- */

/* The last of the steps [first, end) before which flags are dead, by what stands
 * before `end` alone; -1: none. */
static int count_place(const struct build *b, unsigned first, unsigned end)
{
	uint16_t live = 0; /* before step i, of those that something shows */

	/* Backwards: flags that are dead before a step are those that are
	 * overwritten before they are shown, so all must be "not live". */
	for (unsigned i = end, seen = 1; i-- > first;) {
		const struct insn *in = &b->path->steps[i].in;

		if (b->path->steps[i].lands)
			break;
		if (seen)
			live = FLAG_ALL;
		live = in->seen ? FLAG_ALL : (uint16_t)((live & ~in->kills) | in->reads);
		seen = 0;
		if (!live)
			return (int)i;
	}
	return -1;
}

static bool count_is_branch(const struct step *s)
{
	return s->in.kind == INSN_JCC || s->in.kind == INSN_LOOP;
}

static void count_put(struct build *b, int place, enum count_kind kind, int8_t to)
{
	b->counts[place] = (uint8_t)kind;
	b->counts_to[place] = to;
}

/* The last branch is counted before it is known which way it goes when nothing can be
 * subtracted behind it, before control is lost or goes to where not all can be handed on.
 * Returns where, -1: need not. pending: behind it; *ret_left: what is then left. */
static int count_last(struct build *b, unsigned first, unsigned last, int8_t pending,
		      int8_t *ret_left)
{
	const struct path *p = b->path;
	struct insn ahead[BUILD_AHEAD];
	taddr_t pc;

	*ret_left = 0;
	if (p->steps[last].in.kind != INSN_JCC || count_place(b, last + 1, p->n) >= 0)
		return -1;
	if (p->end == PATH_DIRECT) {
		*ret_left = exits_carry(b, p->next, pending);
		if (*ret_left == pending || count_ahead(b, p->next, ahead, &pc) >= 0 ||
		    exits_carry(b, step_side(&p->steps[last]), *ret_left) != *ret_left)
			return -1;
	} else if (p->end != PATH_INDIRECT) {
		return -1;
	}
	return count_place(b, first, last);
}

/* Whether a branch is better counted before it is known which way it goes: when
 * it closes a loop, so that it can jump there by itself, or when its target gives
 * no place to count at. */
static bool count_wants_ahead(struct build *b, const struct insn *in)
{
	struct insn ahead[BUILD_AHEAD];
	taddr_t pc;

	return in->pc - in->target < LOOP_BYTES || count_ahead(b, in->target, ahead, &pc) < 0;
}

/* Plans for a branch, with this much pending before it. Returns what is behind. */
static int8_t count_branch(struct build *b, unsigned first, unsigned i, bool last, int8_t pending)
{
	const struct step *s = &b->path->steps[i];
	int8_t carry, left;
	int place = last ? count_last(b, first, i, (int8_t)(pending + 1), &left) : -1;

	if (place >= 0) {
		count_put(b, place, COUNT_PLAIN, (int8_t)(left - 1));
		return left;
	}
	if (s->in.kind != INSN_JCC)
		return (int8_t)(pending + 1);
	carry = exits_carry(b, step_side(s), (int8_t)(pending + 1));
	if (carry == pending + 1 || i + 1 < b->path->n_rounds || !count_wants_ahead(b, &s->in))
		return (int8_t)(pending + 1);
	place = count_place(b, first, i);
	if (place < 0)
		return (int8_t)(pending + 1);
	count_put(b, place, COUNT_PLAIN, (int8_t)(carry - 1));
	return carry;
}

/* What is pending at the end of the path, behind its last branch. */
static void count_end(struct build *b, unsigned first, int8_t pending)
{
	const struct path *p = b->path;
	struct insn ahead[BUILD_AHEAD];
	int8_t carry = 0;
	taddr_t pc;
	int place;

	if (p->end == PATH_DIRECT)
		carry = exits_carry(b, p->next, pending);
	else if (p->end != PATH_INDIRECT)
		return;
	if (pending == carry || (p->end == PATH_DIRECT && count_ahead(b, p->next, ahead, &pc) == 0))
		return;
	place = count_place(b, first, p->n);
	if (place >= 0)
		count_put(b, place, COUNT_PLAIN, carry);
	else if (p->end == PATH_INDIRECT)
		count_put(b, (int)p->n - 1, COUNT_PRESERVING, 0);
}

void count_plan(struct build *b)
{
	const struct path *p = b->path;
	struct insn ahead[BUILD_AHEAD];
	int8_t pending = b->ticks;
	unsigned first = 0; /* behind the branch before */
	unsigned last = p->n;
	taddr_t pc;

	if (p->n && p->steps[0].lands && pending) {
		count_put(b, 0,
			  count_ahead(b, b->pc, ahead, &pc) == 0 ? COUNT_PLAIN : COUNT_PRESERVING,
			  0);
		pending = 0;
	}
	for (unsigned i = 0; i < p->n; i++)
		if (count_is_branch(&p->steps[i]))
			last = i;
	for (unsigned i = 0; i < p->n; i++) {
		if (!count_is_branch(&p->steps[i]))
			continue;
		pending = count_branch(b, first, i, i == last, pending);
		first = i + 1;
	}
	count_end(b, first, pending);
}

void count_step(struct build *b, unsigned i)
{
	taddr_t pc = b->path->steps[i].in.pc;
	int8_t to = b->counts_to[i], ticks = (int8_t)(b->ticks - to);
	uint32_t x;

	if (!b->counts[i] || !ticks)
		return;
	build_map(b, pc, NULL, 0);
	if (b->counts[i] == COUNT_PRESERVING)
		x = count_preserving(b, pc, ticks);
	else
		x = count_plain(b, pc, ticks);
	if (!b->error)
		cache_exit(b->c, x)->ticks = to;
	b->ticks = to;
}
