/* SPDX-License-Identifier: MIT */
#include "translator/fetch.h"

#include <string.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "translator/translator.h"

void fetch_init(struct fetch *f, const struct dbt_ops *ops, void *ctx)
{
	f->ops = ops;
	f->ctx = ctx;
}

void fetch_turn(struct fetch *f)
{
	f->turn++;
}

/* NULL: it is not executable. */
static const struct fetch_page *fetch_page(struct fetch *f, taddr_t page)
{
	struct fetch_page *p = &f->pages[page / DEJA_PAGE_BYTES % FETCH_PAGES];
	uint8_t now[DEJA_PAGE_BYTES];
	bool known = p->key == page + 1;

	if (known && p->turn == f->turn)
		return p;
	p->key = 0;
	if (f->ops->fetch(f->ctx, page, now, sizeof(now)) != sizeof(now))
		return NULL;
	if (!known || memcmp(p->bytes, now, sizeof(now))) {
		memcpy(p->bytes, now, sizeof(now));
		p->change = ++f->changes;
	}
	p->key = page + 1;
	p->turn = f->turn;
	return p;
}

uint64_t fetch_hash(struct fetch *f, taddr_t page)
{
	const struct fetch_page *p = fetch_page(f, page);

	return p ? XXH3_64bits(p->bytes, DEJA_PAGE_BYTES) : 0;
}

/* An instruction that goes on in the next page. */
static int fetch_across(struct fetch *f, const struct fetch_page *first, taddr_t pc,
			struct insn *ret)
{
	size_t n = DEJA_PAGE_BYTES - pc % DEJA_PAGE_BYTES;
	const struct fetch_page *second;
	uint8_t bytes[15];

	memcpy(bytes, first->bytes + pc % DEJA_PAGE_BYTES, n);
	second = fetch_page(f, page_floor(pc) + DEJA_PAGE_BYTES);
	if (!second)
		return -1;
	memcpy(bytes + n, second->bytes, sizeof(bytes) - n);
	return insn_decode(pc, bytes, sizeof(bytes), ret);
}

const struct insn *fetch_insn(struct fetch *f, taddr_t pc)
{
	const struct fetch_page *p = fetch_page(f, page_floor(pc));
	struct insn *in = &f->insns[pc % FETCH_INSNS];
	uint64_t *decoded = &f->decoded[pc % FETCH_INSNS];
	size_t n = DEJA_PAGE_BYTES - pc % DEJA_PAGE_BYTES;

	if (!p)
		return NULL;
	if (in->len && in->pc == pc && *decoded == p->change)
		return in;
	*decoded = p->change;
	if (!insn_decode(pc, p->bytes + pc % DEJA_PAGE_BYTES, n < 15 ? n : 15, in))
		return in;
	*decoded = 0;
	return n >= 15 || fetch_across(f, p, pc, in) < 0 ? NULL : in;
}

const struct insn *fetch_behind_endbr(struct fetch *f, taddr_t pc)
{
	static const uint8_t endbr[] = { 0xf3, 0x0f, 0x1e, 0xfa };
	const struct insn *in = fetch_insn(f, pc);

	return in && !memcmp(in->bytes, endbr, sizeof(endbr)) ? fetch_insn(f, pc + in->len) : in;
}
