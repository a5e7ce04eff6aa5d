/* SPDX-License-Identifier: MIT */
/* The program's code, read through dbt_ops.fetch a page at a time, and decoded
 * once. */
#pragma once

#include "translator/insn.h"

#define FETCH_PAGES 64
#define FETCH_INSNS 2048

struct dbt_ops;

struct fetch {
	const struct dbt_ops *ops;
	void *ctx;
	struct fetch_page {
		taddr_t page; /* 1: none */
		uint8_t bytes[DEJA_PAGE_BYTES];
	} pages[FETCH_PAGES];
	struct insn insns[FETCH_INSNS]; /* by the low bits of pc; len 0: none */
};

void fetch_init(struct fetch *f, const struct dbt_ops *ops, void *ctx);
/* The program's code may have changed. */
void fetch_forget(struct fetch *f);

/* A hash of the page's contents as they are translated from; 0: none. */
uint64_t fetch_hash(struct fetch *f, taddr_t page);

/* The instruction at pc. NULL when any byte of it is in a page that is not
 * executable. Valid until the next call with another pc. */
const struct insn *fetch_insn(struct fetch *f, taddr_t pc);
