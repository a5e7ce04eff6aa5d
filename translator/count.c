/* SPDX-License-Identifier: MIT */
/*
 * Subtracting ticks from the counter without the program seeing it. SUB changes
 * the flags, so it stands where they are dead (flags.h); looked for, in this
 * order, at the exit itself, among the instructions since the last branch, and
 * behind copies of the first instructions at the exit's target:
 *
 *	sub qword [counter], 3
 *	js  stub
 *
 * Where there is no such place, the branch itself may be counted ahead, before
 * the instruction that sets its flags (a stop there takes that back), and else
 * LAHF and SETO keep the flags in RAX meanwhile.
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

uint32_t count_plain(struct build *b, taddr_t pc, int8_t ticks)
{
	uint32_t i = count_exit(b, pc, EXIT_FLAGS);

	if (b->error)
		return i;
	emit_sub_mem(&b->e, ST(COUNTER), (uint8_t)ticks);
	emit_jcc(&b->e, CC_S, exits_stub(b, i));
	return i;
}

uint32_t count_preserving(struct build *b, taddr_t pc, int8_t ticks)
{
	uint32_t i = count_exit(b, pc, 0);
	struct emit cold = build_cold(b, 16);

	if (b->error)
		return i;
	emit_store(&b->e, REG_RAX, ST(RAX));
	emit_save_flags(&b->e);
	emit_sub_mem(&b->e, ST(COUNTER), (uint8_t)ticks);
	emit_jcc(&b->e, CC_S, emit_here(&cold));
	emit_restore_flags(&b->e);
	emit_load(&b->e, REG_RAX, ST(RAX));

	emit_restore_flags(&cold);
	emit_load(&cold, REG_RAX, ST(RAX));
	emit_jmp(&cold, exits_stub(b, i));
	return i;
}

static bool count_goes_on(const struct insn *in)
{
	return in->kind == INSN_PLAIN || in->kind == INSN_JMP || in->kind == INSN_CALL;
}

int count_ahead(struct build *b, taddr_t pc, struct insn *insns, taddr_t *ret_pc)
{
	uint16_t live[BUILD_AHEAD]; /* flags still to be killed, by start; 0: none */
	taddr_t pcs[BUILD_AHEAD];
	bool called = false; /* calls are not copied */

	for (int n = 0; n < BUILD_AHEAD; n++) {
		const struct insn *in;

		if (path_stops_at(b->d, pc) || !emit_reaches(b->pc, pc))
			return -1;
		in = fetch_insn(&b->d->fetch, pc);
		if (!in || !count_goes_on(in) || !path_add_pages(&b->d->path, in))
			return -1;
		insns[n] = *in;
		pcs[n] = pc;
		live[n] = n <= BUILD_COPIES && !called ? FLAG_ALL : 0;
		called |= in->kind == INSN_CALL;
		for (int start = 0; start <= n; start++) {
			if (!live[start])
				continue;
			if (in->seen || in->reads & live[start]) {
				live[start] = 0;
				continue;
			}
			live[start] &= (uint16_t)~in->kills;
			if (live[start])
				continue;
			*ret_pc = pcs[start];
			return start;
		}
		pc = in->kind == INSN_PLAIN ? pc + in->len : in->target;
	}
	return -1;
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

/* What is pending at the end of the path, behind its last branch. */
static bool count_end(struct build *b, unsigned first)
{
	const struct path *p = b->path;
	struct insn ahead[BUILD_AHEAD];
	taddr_t pc;
	int place;

	if (p->end != PATH_DIRECT && p->end != PATH_INDIRECT)
		return true;
	if (p->end == PATH_DIRECT && count_ahead(b, p->next, ahead, &pc) == 0)
		return true;
	place = count_place(b, first, p->n);
	if (place >= 0)
		b->counts[place] = COUNT_PLAIN;
	return place >= 0 || (p->end == PATH_DIRECT && count_ahead(b, p->next, ahead, &pc) > 0);
}

/* Whether a branch is better counted before it is known which way it goes: when
 * it closes a loop, so that it can jump there by itself, or when its target gives
 * no place to count at. */
static bool count_wants_ahead(struct build *b, const struct insn *in)
{
	struct insn ahead[BUILD_AHEAD];
	taddr_t pc;

	return in->kind == INSN_JCC && (in->pc - in->target < LOOP_BYTES ||
					count_ahead(b, in->target, ahead, &pc) < 0);
}

void count_plan(struct build *b)
{
	const struct path *p = b->path;
	unsigned first = 0; /* behind the branch before */
	unsigned last = p->n, last_first = 0;

	for (unsigned i = 0; i < p->n; i++) {
		int place;

		if (!count_is_branch(&p->steps[i]))
			continue;
		last = i;
		last_first = first;
		if (count_wants_ahead(b, &p->steps[i].in)) {
			place = count_place(b, first, i);
			if (place >= 0) {
				b->counts[place] = COUNT_AHEAD;
				last = p->n;
			}
		}
		first = i + 1;
	}
	if (last < p->n && !count_end(b, first)) {
		int place = p->steps[last].in.kind == INSN_JCC ?
				    count_place(b, last_first, last) :
				    -1;

		if (place >= 0)
			b->counts[place] = COUNT_AHEAD;
		else if (p->end == PATH_INDIRECT)
			b->counts[p->n - 1] = COUNT_PRESERVING;
	}
}

void count_step(struct build *b, unsigned i)
{
	taddr_t pc = b->path->steps[i].in.pc;
	int8_t more = b->counts[i] == COUNT_AHEAD;
	uint32_t x;

	if (!b->counts[i] || !(b->ticks + more))
		return;
	build_map(b, pc, NULL, 0);
	if (b->counts[i] == COUNT_PRESERVING)
		x = count_preserving(b, pc, b->ticks);
	else
		x = count_plain(b, pc, b->ticks + more);
	if (!b->error)
		cache_exit(b->c, x)->ticks = -more;
	b->ticks = -more;
}
