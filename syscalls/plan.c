// SPDX-License-Identifier: MIT
/*
 * The evaluator of the tables' rules: which memory a call may write (at its
 * entry), which it wrote (at its end). The end narrows what the entry found:
 * the areas of a row's i-th word lie at [saved[i], saved[i + 1]) of the plan.
 */
#include "syscalls/rules.h"

#include <errno.h>

/* Where nothing is known: so much behind each pointer is compared. */
#define GUESS_BYTES DEJA_PAGE_BYTES
#define GUESS_WORDS 16
#define USER_END    0x7ffffffff000ull

static bool looks_mapped(const struct sys_mem *mem, taddr_t addr)
{
	uint8_t byte;

	return addr >= 0x10000 && addr < USER_END && sys_mem_read(mem, addr, &byte, 1);
}

/* The page-sized area at addr, as far as it can be read. */
static int guess_area(const struct sys_mem *mem, taddr_t addr, struct sys_areas *ret)
{
	taddr_t next = page_floor(addr) + DEJA_PAGE_BYTES;
	uint64_t bytes = looks_mapped(mem, next) ? GUESS_BYTES : next - addr;

	return sys_areas_add(ret, addr, bytes);
}

static bool covered(const struct sys_areas *a, taddr_t addr)
{
	for (size_t i = 0; i < a->n; i++)
		if (addr - a->items[i].addr < a->items[i].bytes)
			return true;
	return false;
}

static int guess_pointer(const struct sys_mem *mem, taddr_t addr, struct sys_areas *ret)
{
	if (!looks_mapped(mem, addr) || covered(ret, addr))
		return 0;
	return guess_area(mem, addr, ret);
}

/* What the pointers in a struct at addr point to. */
static int guess_inside(const struct sys_mem *mem, taddr_t addr, struct sys_areas *ret)
{
	uint64_t words[GUESS_WORDS];
	size_t n;
	int r = 0;

	if (!looks_mapped(mem, addr) || addr % 8)
		return 0;
	n = mem->read(mem->ctx, addr, words, sizeof(words)) / sizeof(words[0]);
	for (size_t i = 0; i < n && !r; i++)
		r = guess_pointer(mem, words[i], ret);
	return r;
}

static int guess(const struct sys_call *call, const struct sys_mem *mem, struct sys_areas *ret)
{
	int r = 0;

	for (size_t i = 0; i < 6 && !r; i++)
		r = guess_pointer(mem, call->args[i], ret);
	for (size_t i = 0; i < 6 && !r; i++)
		r = guess_inside(mem, call->args[i], ret);
	return r;
}

int sys_plan_enter(const struct sys_call *call, const struct sys_mem *mem, struct sys_plan *p)
{
	const struct sys_command *command;
	const uint64_t *writes = sys_writes(call, &command);
	int r = 0;

	p->call = *call;
	p->areas.n = 0;
	p->modelled = writes != NULL;
	if (!writes)
		return guess(call, mem, &p->areas);
	for (size_t i = 0; i < WRITES_MAX; i++) {
		struct sys_write w = word_unpack(writes[i]);

		p->saved[i] = p->areas.n;
		if (!r && w.rule != RULE_NOTHING)
			r = sys_rule_enter(&w, call, mem, &p->areas);
		p->saved[i + 1] = p->areas.n;
	}
	return r;
}

static int all_areas(const struct sys_areas *from, size_t first, size_t end, struct sys_areas *ret)
{
	int r = 0;

	for (size_t i = first; i < end && !r; i++)
		if (from->items[i].bytes)
			r = sys_areas_add(ret, from->items[i].addr, from->items[i].bytes);
	return r;
}

static int word_exit(const struct sys_plan *p, uint64_t word, size_t i, const struct sys_mem *mem,
		     int64_t result, struct sys_areas *ret)
{
	size_t first = p->saved[i], end = p->saved[i + 1];
	struct sys_write w = word_unpack(word);

	if (first == end)
		return 0;
	/* After a fault part of the data may have been written. */
	if (word_always(word) || result == -EFAULT)
		return all_areas(&p->areas, first, end, ret);
	return sys_rule_exit(&w, p, first, end, mem, result, ret);
}

int sys_plan_exit(const struct sys_plan *p, const struct sys_mem *mem, int64_t result,
		  struct sys_areas *ret)
{
	const struct sys_command *command;
	const uint64_t *writes;
	int r = 0;

	ret->n = 0;
	if (!p->modelled)
		return all_areas(&p->areas, 0, p->areas.n, ret);
	writes = sys_writes(&p->call, &command);
	for (size_t i = 0; i < WRITES_MAX && !r; i++)
		r = word_exit(p, writes[i], i, mem, result, ret);
	return r;
}
