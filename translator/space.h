/* SPDX-License-Identifier: MIT */
/* A dbt: one address space's view of a cache. */
#pragma once

#include "preload/runtime.h"
#include "translator/cache.h"
#include "translator/fetch.h"
#include "translator/insn.h"
#include "translator/path.h"
#include "translator/translator.h"

#define SPACE_MAX_VDSO 32

struct watch {
	taddr_t start;
	unsigned bytes; /* 0: not in use */
};

struct arrival {
	taddr_t pc;
	uint64_t value;
	unsigned reg;
	bool set;
};

struct dbt {
	struct cache *cache;
	struct dbt_config config;
	struct rt_state *state; /* the supervisor's mapping */
	uint64_t *l1, *returns; /* RT_L1, RT_RETURNS */
	uint32_t l1_entries; /* the tracee could change what state->l1_mask says */
	uint64_t landings_lost; /* of the cache, when returns (or the shadow) was emptied */
	uint64_t generation; /* of the cache, when l1 and state were set up */
	uint32_t l2;	     /* the second level that state names */
	struct fetch fetch;

	taddr_t *breakpoints; /* sorted */
	size_t n_breakpoints, cap_breakpoints;
	taddr_t vdso[SPACE_MAX_VDSO];
	int vdso_nr[SPACE_MAX_VDSO];
	size_t n_vdso;
	taddr_t vdso_low, vdso_high; /* of vdso[] */
	struct watch watches[RT_MAX_WATCHES];
	unsigned n_watches;
	struct arrival arrival;

	uint64_t buffer_read; /* bytes of RT_BUFFER that dbt_next_buffered() returned */

	int8_t carry;	  /* pending where dbt_enter() led, until dbt_go() */
	int64_t began_at; /* what was left in all counters at dbt_go() */

	taddr_t indirect_miss; /* the pc that an indirect branch did not find */
	bool has_indirect_miss;
	struct dbt_stop pending; /* of RT_EXIT_PENDING */
	struct path path;	 /* scratch of the translation */
};

/* Whether a is an address at all (of 48 bits, sign-extended). */
static inline bool space_canonical(taddr_t a)
{
	return (int64_t)(a << 16) >> 16 == (int64_t)a;
}

/* Forgets all translations of the cache, for all who share it. */
void space_flush(struct dbt *d);
/* Forgets a block, if it is not dead already. */
void space_drop_block(struct dbt *d, uint32_t block);
/* Drops the blocks that were made from the page; returns how many. */
size_t space_drop_page(struct dbt *d, struct page *p);
/* What is at [start, end) was mapped (id NULL: anonymous): blocks from an earlier
 * run are found from now on where they are of the same code, and dropped where
 * they are not. */
void space_reveal(struct dbt *d, taddr_t start, taddr_t end, const struct dbt_code_id *id);

/* A hash of what is in a page now; 0: it cannot be read. */
uint64_t space_hash_page(const struct dbt *d, const struct page *p);

bool space_has_breakpoint(const struct dbt *d, taddr_t pc);
/* The vDSO function (or vsyscall) that begins at pc: its system call (-1:
 * one that fails with ENOSYS), or NULL. */
const int *space_vdso(const struct dbt *d, taddr_t pc);
