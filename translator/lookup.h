/* SPDX-License-Identifier: MIT */
/*
 * The tables that indirect branches search in the tracee: the first level, of
 * each dbt its own, has a machine address for each value of the low bits of pc; the
 * second level lies in the low zone and belongs to the cache. Both lead to the indirect
 * entry of a block, which compares rcx with its pc. The table of returns, again of each
 * dbt its own, has for each value of the low bits of rsp where the last CALL that pushed
 * there wants to be returned to: the landing, which compares, too.
 */
#pragma once

#include "preload/runtime.h"
#include "translator/cache.h"
#include "translator/space.h"

/* An empty second level in zone 0, at its present hot end. */
void lookup_init_l2(struct cache *c);

/* The bytes that the second level has in the zone. */
uint32_t lookup_l2_bytes(const struct cache *c);

/* Sets up state page and tables for this cache as it is now. */
void lookup_init_private(struct dbt *d);

/* Empties the table of returns: due when a landing was dropped, before the tracee runs. */
void lookup_forget_returns(struct dbt *d);

/* ---- settle.c ---- */

/* Fills in what RT_SETTLE needs to know of the processor. */
void settle_init(struct rt_state *s);

/* Makes block i found by indirect branches. now: one waits for it, so it goes
 * into the first level whatever is there. -ENOSPC: the zone is full. */
int lookup_add(struct dbt *d, uint32_t block, bool now) must_check;

/* Makes the landing of a block found, if it has one and no other is there. -ENOSPC */
int lookup_add_landing(struct dbt *d, const struct block *b) must_check;

/* Both for a block that has just been revealed. -ENOSPC: not all are found. */
int lookup_reveal(struct dbt *d, const struct block *b);

/* Makes it not found any more. */
void lookup_remove(struct dbt *d, const struct block *b);

/* Emits where a block is called with the shadow, up to where its body has to follow or be
 * jumped to. carry: as below. Returns its offset. */
uint32_t lookup_emit_called(struct emit *e, int8_t carry);
/* Such a place for a block that was made without. -ENOSPC */
int lookup_make_called(struct cache *c, struct block *b) must_check;

/* Emits into a zone the indirect entry of a block at pc, up to where its body has to
 * follow or be jumped to. carry: what is pending in the body, not before. Returns its
 * offset. */
uint32_t lookup_emit_entry(const struct cache *c, const struct zone *z, struct emit *e, taddr_t pc,
			   int8_t carry);
