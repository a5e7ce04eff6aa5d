/* SPDX-License-Identifier: MIT */
/*
 * The program's code, read through dbt_ops.fetch a page at a time, and decoded
 * once. A page that nothing was translated from may change without notice, so
 * each translation that a stop asks for is a turn, in which a page is read again
 * and compared when it is first used.
 */
#pragma once

#include "translator/insn.h"

#define FETCH_PAGES 64
#define FETCH_INSNS 2048

struct dbt_ops;

struct fetch {
	const struct dbt_ops *ops;
	void *ctx;
	uint64_t turn, changes;
	struct fetch_page {
		taddr_t key;	/* the page's address + 1; 0: none */
		uint64_t turn;	/* in which it was last read */
		uint64_t change; /* number of the contents */
		uint8_t bytes[DEJA_PAGE_BYTES];
	} pages[FETCH_PAGES];
	struct insn insns[FETCH_INSNS];	 /* by the low bits of pc; len 0: none */
	uint64_t decoded[FETCH_INSNS]; /* from which contents of its page */
};

/* f: all zero, of which little is touched: fresh memory is dear. */
void fetch_init(struct fetch *f, const struct dbt_ops *ops, void *ctx);
/* The program's code may have changed: a new turn. */
void fetch_turn(struct fetch *f);

/* A hash of the page's contents as they are translated from; 0: none. */
uint64_t fetch_hash(struct fetch *f, taddr_t page);

/* The instruction at pc. NULL when any byte of it is in a page that is not
 * executable. Valid until the next call with another pc. */
const struct insn *fetch_insn(struct fetch *f, taddr_t pc);
/* The same; the next one if that is an ENDBR64. */
const struct insn *fetch_behind_endbr(struct fetch *f, taddr_t pc);
