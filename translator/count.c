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
 * Where there is no such place, LAHF and SETO keep the flags in RAX meanwhile.
 */
#include "translator/build.h"
#include "translator/flags.h"

#define COPY_AHEAD 4 /* instructions copied at most */

static uint32_t count_exit(struct build *b, taddr_t pc, uint8_t flags)
{
	return exits_add(b, (struct exit){ .target = pc, .why = DBT_EXIT_MISS,
					   .flags = EXIT_CHECKED | flags });
}

uint32_t count_plain(struct build *b, taddr_t pc, uint8_t ticks)
{
	uint32_t i = count_exit(b, pc, EXIT_FLAGS);

	if (b->error)
		return i;
	emit_sub_mem(&b->e, ST(COUNTER), ticks);
	emit_jcc(&b->e, CC_S, exits_stub(b, i));
	return i;
}

uint32_t count_preserving(struct build *b, taddr_t pc, uint8_t ticks)
{
	uint32_t i = count_exit(b, pc, 0);
	struct emit cold = build_cold(b, 16);

	if (b->error)
		return i;
	emit_store(&b->e, REG_RAX, ST(RAX));
	emit_save_flags(&b->e);
	emit_sub_mem(&b->e, ST(COUNTER), ticks);
	emit_jcc(&b->e, CC_S, emit_here(&cold));
	emit_restore_flags(&b->e);
	emit_load(&b->e, REG_RAX, ST(RAX));

	emit_restore_flags(&cold);
	emit_load(&cold, REG_RAX, ST(RAX));
	emit_jmp(&cold, exits_stub(b, i));
	return i;
}

int count_ahead(struct build *b, taddr_t pc, struct insn *insns, taddr_t *ret_pc)
{
	uint16_t live[BUILD_AHEAD]; /* flags still to be killed, by start; 0: none */
	taddr_t pcs[BUILD_AHEAD];
	bool plain = true; /* all so far can be copied */

	for (int n = 0; n < BUILD_AHEAD; n++) {
		const struct insn *in;

		if (path_stops_at(b->d, pc) || !emit_reaches(b->pc, pc))
			return -1;
		in = fetch_insn(&b->d->fetch, pc);
		if (!in || (in->kind != INSN_PLAIN && in->kind != INSN_JMP) ||
		    !path_add_pages(&b->d->path, in))
			return -1;
		insns[n] = *in;
		pcs[n] = pc;
		live[n] = plain && n <= COPY_AHEAD ? FLAG_ALL : 0;
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
		pc = in->kind == INSN_JMP ? in->target : pc + in->len;
	}
	return -1;
}

/* Whether flags are dead before step i of the path, or of what follows it. */
static bool count_dead_in_path(const struct build *b, unsigned i, const struct insn *ahead,
			       int n_ahead)
{
	const struct insn *list[PATH_MAX_INSNS + BUILD_AHEAD];
	size_t n = 0;

	for (; i < b->path->n; i++)
		list[n++] = &b->path->steps[i].in;
	for (int k = 0; k < n_ahead; k++)
		list[n++] = &ahead[k];
	return flags_dead(list, n);
}

int count_place(struct build *b)
{
	struct insn ahead[BUILD_AHEAD];
	const struct path *p = b->path;
	taddr_t pc;
	unsigned first = p->n;

	if (p->end == PATH_DIRECT && count_ahead(b, p->next, ahead, &pc) == 0)
		return (int)p->n;
	while (first > 0 && p->steps[first - 1].in.kind != INSN_JCC &&
	       p->steps[first - 1].in.kind != INSN_LOOP)
		first--;
	for (unsigned i = p->n; i-- > first;)
		if (count_dead_in_path(b, i, NULL, 0))
			return (int)i;
	return -1;
}
