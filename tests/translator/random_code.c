/* SPDX-License-Identifier: MIT */
#include "random_code.h"

#include <string.h>

#include "random_insn.h"

#define MAX_ITEMS 128
#define FUNCTIONS 4

struct fixup {
	size_t at;	 /* of a displacement */
	unsigned bytes;	 /* 1 or 4 */
	unsigned target; /* an item, or MAX_ITEMS + a function */
};

struct work {
	struct random_code *c;
	uint8_t *p;
	size_t items[MAX_ITEMS + 1];
	size_t functions[FUNCTIONS];
	unsigned pops[FUNCTIONS]; /* of its RET */
	struct fixup fixups[4 * MAX_ITEMS];
	unsigned n_fixups;
	unsigned last; /* items there will be */
};

static size_t here(const struct work *w)
{
	return (size_t)(w->p - w->c->bytes);
}

static void bytes(struct work *w, const void *b, size_t n)
{
	memcpy(w->p, b, n);
	w->p += n;
}

#define BYTES(w, ...) \
	bytes(w, (const uint8_t[]){ __VA_ARGS__ }, sizeof((const uint8_t[]){ __VA_ARGS__ }))

static void word(struct work *w, uint64_t v, size_t n)
{
	bytes(w, &v, n);
}

static unsigned below(struct work *w, unsigned n)
{
	return random_below(&w->c->seed, n);
}

static void displacement(struct work *w, unsigned n, unsigned target)
{
	w->fixups[w->n_fixups++] = (struct fixup){ here(w), n, target };
	word(w, 0, n);
}

/* An item behind this one; the last is the end. */
static unsigned forward(struct work *w, unsigned item)
{
	unsigned left = w->last - item;

	return item + 1 + below(w, left < 6 ? left : 6);
}

static void plain(struct work *w)
{
	uint8_t b[15];
	unsigned n = random_insn(w->c, w->c->base + here(w), b);

	bytes(w, b, n);
}

static void conditional(struct work *w, unsigned item)
{
	BYTES(w, 0x0f, (uint8_t)(0x80 | below(w, 16)));
	displacement(w, 4, forward(w, item));
}

/* JRCXZ, JECXZ, LOOP, LOOPE, LOOPNE to the next item but one. */
static void counted(struct work *w, unsigned item)
{
	if (below(w, 4) == 0)
		BYTES(w, 0x67);
	BYTES(w, (uint8_t)(0xe0 | below(w, 4)), 5, 0xe9);
	displacement(w, 4, item + 1);
	BYTES(w, 0xe9);
	displacement(w, 4, forward(w, item));
}

/* mov r13d, n; 1: a few; dec r13 / sub r13, 1; jnz 1b */
static void loop(struct work *w)
{
	size_t top;
	int32_t back;

	BYTES(w, 0x41, 0xbd, (uint8_t)(1 + below(w, 20)), 0, 0, 0);
	top = here(w);
	for (unsigned i = below(w, 4); i-- > 0;)
		plain(w);
	if (below(w, 2))
		BYTES(w, 0x49, 0xff, 0xcd);
	else
		BYTES(w, 0x49, 0x83, 0xed, 1);
	BYTES(w, 0x0f, 0x85);
	back = (int32_t)((int64_t)top - (int64_t)here(w) - 4);
	word(w, (uint32_t)back, 4);
}

static void call(struct work *w)
{
	unsigned f = below(w, FUNCTIONS);

	/* what the function's RET releases: lea rsp, [rsp - pops] */
	if (w->pops[f])
		BYTES(w, 0x48, 0x8d, 0x64, 0x24, (uint8_t)-w->pops[f]);
	switch (below(w, 3)) {
	case 0:
		BYTES(w, 0xe8);
		displacement(w, 4, MAX_ITEMS + f);
		break;
	case 1: /* lea r12, [rip + f]; call r12 */
		BYTES(w, 0x4c, 0x8d, 0x25);
		displacement(w, 4, MAX_ITEMS + f);
		BYTES(w, 0x41, 0xff, 0xd4);
		break;
	default: /* lea r12, [rip + f]; mov [r15 + 64], r12; call [r15 + r14*0 + 64] */
		BYTES(w, 0x4c, 0x8d, 0x25);
		displacement(w, 4, MAX_ITEMS + f);
		BYTES(w, 0x4d, 0x89, 0x67, 0x40, 0x41, 0xff, 0x57, 0x40);
		break;
	}
}

static void jump(struct work *w, unsigned item)
{
	switch (below(w, 4)) {
	case 0:
		BYTES(w, 0xe9);
		displacement(w, 4, forward(w, item));
		break;
	case 1: /* lea rcx, [rip + x]; jmp rcx */
		BYTES(w, 0x48, 0x8d, 0x0d);
		displacement(w, 4, forward(w, item));
		BYTES(w, 0xff, 0xe1);
		break;
	case 2: /* lea rdx, [rip + x]; mov [r15 + r14 * 8], rdx; jmp [r15 + r14 * 8] */
		BYTES(w, 0x48, 0x8d, 0x15);
		displacement(w, 4, forward(w, item));
		BYTES(w, 0x4b, 0x89, 0x14, 0xf7, 0x43, 0xff, 0x24, 0xf7);
		break;
	default: /* lea rax, [rip + x]; push rax; ret */
		BYTES(w, 0x48, 0x8d, 0x05);
		displacement(w, 4, forward(w, item));
		BYTES(w, 0x50, 0xc3);
		break;
	}
}

static void stack(struct work *w)
{
	static const uint8_t registers[] = { 0, 1, 2, 3, 5, 6, 7 };
	uint8_t a = registers[below(w, 7)], b = registers[below(w, 7)];

	switch (below(w, 5)) {
	case 0:
		BYTES(w, (uint8_t)(0x50 | a), (uint8_t)(0x58 | b));
		break;
	case 1: /* pushfq; pop */
		BYTES(w, 0x9c, (uint8_t)(0x58 | b));
		break;
	case 2: /* push r; and dword [rsp], 0xcd5; popfq */
		BYTES(w, (uint8_t)(0x50 | a), 0x81, 0x24, 0x24, 0xd5, 0x0c, 0, 0, 0x9d);
		break;
	case 3: /* push [rsp]; pop [r15 + 8] */
		BYTES(w, 0xff, 0x34, 0x24, 0x41, 0x8f, 0x47, 0x08);
		break;
	default: /* push imm8; pop */
		BYTES(w, 0x6a, (uint8_t)below(w, 256), (uint8_t)(0x58 | b));
		break;
	}
}

/* push rsi, rdi; point them at data; a string instruction with a small count */
static void string(struct work *w)
{
	static const uint8_t opcodes[] = { 0xa4, 0xa5, 0xa6, 0xa7, 0xaa, 0xab, 0xac, 0xad, 0xae };

	BYTES(w, 0xfc, 0x49, 0x8d, 0x77, (uint8_t)below(w, 128)); /* cld; lea rsi, [r15 + x] */
	BYTES(w, 0x49, 0x8d, 0x7f, (uint8_t)below(w, 128));	 /* lea rdi, [r15 + x] */
	BYTES(w, 0xb9, (uint8_t)below(w, 20), 0, 0, 0);		 /* mov ecx, n */
	if (below(w, 4))
		BYTES(w, (uint8_t)(0xf2 + below(w, 2)));
	if (below(w, 3) == 0)
		BYTES(w, 0x48);
	BYTES(w, opcodes[below(w, sizeof(opcodes))]);
}

static void item(struct work *w, unsigned i)
{
	unsigned kind = below(w, 24);

	w->items[i] = here(w);
	if (kind < 12)
		plain(w);
	else if (kind < 17)
		conditional(w, i);
	else if (kind == 17)
		counted(w, i);
	else if (kind == 18)
		loop(w);
	else if (kind == 19)
		call(w);
	else if (kind == 20)
		jump(w, i);
	else if (kind == 21)
		string(w);
	else
		stack(w);
}

static void function(struct work *w, unsigned f)
{
	w->functions[f] = here(w);
	for (unsigned i = below(w, 6); i-- > 0;)
		plain(w);
	if (below(w, 2)) { /* an early return */
		BYTES(w, 0x70 | (uint8_t)below(w, 16), (uint8_t)(w->pops[f] ? 3 : 1));
		if (w->pops[f])
			BYTES(w, 0xc2, (uint8_t)w->pops[f], 0);
		else
			BYTES(w, 0xc3);
		plain(w);
	}
	if (w->pops[f])
		BYTES(w, 0xc2, (uint8_t)w->pops[f], 0);
	else
		BYTES(w, 0xc3);
}

static void fix(struct work *w)
{
	for (unsigned i = 0; i < w->n_fixups; i++) {
		const struct fixup *f = &w->fixups[i];
		size_t to = f->target < MAX_ITEMS ? w->items[f->target]
						  : w->functions[f->target - MAX_ITEMS];
		int32_t d = (int32_t)((int64_t)to - (int64_t)(f->at + f->bytes));

		memcpy(w->c->bytes + f->at, &d, f->bytes);
	}
}

void random_code(struct random_code *c)
{
	struct work w = { .c = c, .p = c->bytes };

	w.last = c->items < MAX_ITEMS - 1 ? c->items : MAX_ITEMS - 1;
	for (unsigned i = 0; i < FUNCTIONS; i++)
		w.pops[i] = below(&w, 3) ? 0 : 8 * (1 + below(&w, 4));
	for (unsigned i = 0; i < w.last; i++)
		item(&w, i);
	w.items[w.last] = here(&w);
	BYTES(&w, 0xff, 0x25, 0, 0, 0, 0); /* jmp [rip] */
	word(&w, c->end, 8);
	for (unsigned f = 0; f < FUNCTIONS; f++)
		function(&w, f);
	fix(&w);
	c->len = here(&w);
}
