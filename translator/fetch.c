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
	fetch_forget(f);
}

void fetch_forget(struct fetch *f)
{
	for (size_t i = 0; i < FETCH_PAGES; i++)
		f->pages[i].page = 1;
	for (size_t i = 0; i < FETCH_INSNS; i++)
		f->insns[i].len = 0;
}

static const uint8_t *fetch_page(struct fetch *f, taddr_t page)
{
	struct fetch_page *p = &f->pages[page / DEJA_PAGE_BYTES % FETCH_PAGES];

	if (p->page == page)
		return p->bytes;
	p->page = 1;
	if (f->ops->fetch(f->ctx, page, p->bytes, DEJA_PAGE_BYTES) != DEJA_PAGE_BYTES)
		return NULL;
	p->page = page;
	return p->bytes;
}

uint64_t fetch_hash(struct fetch *f, taddr_t page)
{
	const uint8_t *p = fetch_page(f, page);

	return p ? XXH3_64bits(p, DEJA_PAGE_BYTES) : 0;
}

static int fetch_decode(struct fetch *f, taddr_t pc, struct insn *ret)
{
	uint8_t bytes[15];
	size_t in_page = DEJA_PAGE_BYTES - pc % DEJA_PAGE_BYTES;
	size_t n = in_page < sizeof(bytes) ? in_page : sizeof(bytes);
	const uint8_t *p = fetch_page(f, page_floor(pc));

	if (!p)
		return -1;
	if (n == sizeof(bytes) || insn_decode(pc, p + pc % DEJA_PAGE_BYTES, n, ret) < 0) {
		memcpy(bytes, p + pc % DEJA_PAGE_BYTES, n);
		if (n < sizeof(bytes)) {
			p = fetch_page(f, page_floor(pc) + DEJA_PAGE_BYTES);
			if (!p)
				return -1;
			memcpy(bytes + n, p, sizeof(bytes) - n);
		}
		return insn_decode(pc, bytes, sizeof(bytes), ret);
	}
	return 0;
}

const struct insn *fetch_insn(struct fetch *f, taddr_t pc)
{
	struct insn *in = &f->insns[pc % FETCH_INSNS];

	if (in->len && in->pc == pc)
		return in;
	in->len = 0;
	return fetch_decode(f, pc, in) < 0 ? NULL : in;
}
