/* SPDX-License-Identifier: MIT */
/*
 * What several dbts may share: the zones and everything that is known of the
 * code in them. Blocks, exits and nodes are numbered from 1 and live until the
 * next flush; a dead block's code stays where it is, unreachable.
 */
#pragma once

#include "common/buf.h"
#include "translator/emit.h"
#include "translator/table.h"
#include "translator/translator.h"

/* A zone: code grows from the start, stubs from the end. */
struct zone {
	struct dbt_zone mem;
	uint32_t limit;	    /* bytes in use at most */
	uint32_t hot, cold; /* the first free byte, the first byte of the stubs */
	/* Jumps to the runtime, shared by the stubs; called: with rsp in the shadow. */
	uint32_t stop, lookup_miss, return_miss, called;
	uint32_t *blocks;   /* in the order of their addresses */
	size_t n_blocks, cap_blocks;
};

struct block {
	taddr_t pc;
	uint32_t node;
	uint32_t start, bytes; /* of the code in the zone, without stubs */
	uint32_t host;	      /* where it is jumped to */
	uint32_t called;      /* where it is called with the shadow; 0: none yet */
	uint32_t entry;	      /* of indirect branches, in the zone; 0: none yet */
	uint32_t landing;     /* where its first instruction's call returns; 0: no call */
	uint32_t map, map_bytes;
	uint32_t first_exit, n_exits;
	uint16_t hidden;      /* how many of its pages are */
	uint16_t waits;	      /* ... and of those that are fixed or away */
	uint8_t zone, variant;
	uint8_t call_bytes;   /* of that instruction */
	bool late;	      /* it has some of these: exits lead to it when none is hidden */
	bool dead;
};

enum {
	EXIT_LINKABLE = 1, /* jump leads to the target once that exists */
	EXIT_FAR = 2,	   /* ... through an 8-byte slot at jump */
	EXIT_CHECKED = 4,  /* its code subtracts ticks and checks the counter */
	EXIT_DYNAMIC = 8,  /* the target is in rt_state.target */
	EXIT_FLAGS = 16,   /* the arithmetic flags are lost here (and dead) */
	EXIT_REBUILD = 32, /* the block was made with a guess that is outdated */
	EXIT_CALL = 64,	   /* the jump is a CALL, with rsp in the shadow */
};

/* Ticks that may be pending from block to block. */
#define CACHE_MAX_CARRY 8

struct exit {
	taddr_t target;	 /* the program's pc there */
	uint32_t block;
	uint32_t node, next; /* linkable: in the list of the target's node */
	uint32_t jump, stub; /* in the block's zone */
	uint8_t why;	 /* enum dbt_exit */
	uint8_t flags;	 /* EXIT_ */
	int8_t ticks;	 /* retired and not subtracted there; -1: the reverse */
	uint8_t insn_bytes; /* of the instruction that ends at target */
	uint8_t what;	 /* enum dbt_insn; the number of a watch */
	uint8_t next_bytes; /* of the instruction at target, when it stops there */
};

/* A place that is or may be translated, and the exits that lead there. */
struct node {
	taddr_t pc;
	uint32_t block; /* 0: not translated */
	uint32_t exits;
	uint8_t variant;
	bool called; /* an exit with EXIT_CALL leads there */
	/* Ticks that are retired and not yet subtracted where the block begins; as
	 * its first exit had it. */
	bool carry_known;
	int8_t carry;
};

struct mapping {
	taddr_t start, end;
	struct dbt_code_id id;
	bool named; /* id is valid */
};

struct member {
	uint32_t block : 31;
	uint32_t away : 1; /* the page lies in another mapping than the block's pc */
	uint32_t next;
};

/* A page of the program that blocks were made from: of code, or with slots of linkage
 * tables that are fixed (dbt_ops.is_fixed). */
struct page {
	taddr_t at;
	uint64_t hash;	  /* of its contents then */
	uint32_t members; /* the first; 0: none */
	/* The blocks are from an earlier run (store.c): nothing leads to them until
	 * the page is mapped and has the same contents. */
	bool hidden;
	bool fixed;
};

struct range {
	taddr_t start, end;
};

struct cache {
	unsigned refs;
	uint64_t generation; /* counts flushes */
	uint64_t landings_lost; /* blocks with a landing that died since */
	size_t zone_limit;
	bool pext, loop; /* which are fast */
	bool shadow;	 /* returns go by the shadow of the stack */
	struct zone zones[DBT_MAX_ZONES];
	unsigned n_zones;

	struct block *blocks;
	size_t n_blocks, cap_blocks;
	struct exit *exits; /* number i is at i - RT_EXIT_FIRST */
	size_t n_exits, cap_exits;
	struct node *nodes;
	size_t n_nodes, cap_nodes;
	struct member *members;
	size_t n_members, cap_members;
	struct buf maps;
	struct table node_of;  /* cache_key() */
	struct page *pages;
	size_t n_pages, cap_pages;
	struct table page_of;  /* page number + 1: number of the page */
	struct mapping *mappings; /* sorted, apart */
	size_t n_mappings, cap_mappings;
	struct range *hidden; /* where hidden pages were mapped; apart */
	size_t n_hidden, cap_hidden;

	uint64_t *begins; /* a bit for each place where a block may begin */
	uint32_t l2;	  /* the second-level table, in zone 0 */
	uint32_t l2_entries, l2_used;
	struct dbt_stats stats;
};

/* Makes room for one more of size bytes behind n in *p. -ENOMEM */
int cache_grow(void *p, size_t *cap, size_t n, size_t size) must_check;

int cache_create(const struct dbt_config *config, const struct dbt_zone *zones,
		 size_t n_zones, struct cache **ret) must_check;
void cache_unref(struct cache *c);

/* Forgets all translations. */
void cache_flush(struct cache *c);

/* The zone for code at pc. */
unsigned cache_zone(const struct cache *c, taddr_t pc);

static inline struct block *cache_block(const struct cache *c, uint32_t i)
{
	return &c->blocks[i - 1];
}
struct exit *cache_exit(const struct cache *c, uint32_t i);
taddr_t cache_host(const struct cache *c, const struct block *b);

/* The node of (pc, variant), made when there is none. Returns its number or
 * -ENOMEM. */
int64_t cache_node(struct cache *c, taddr_t pc, enum dbt_variant variant) must_check;
static inline struct node *cache_node_at(const struct cache *c, uint32_t i)
{
	return &c->nodes[i - 1];
}

/* Whether it is translated; cheap where it is not. */
bool cache_translated(const struct cache *c, taddr_t pc, enum dbt_variant variant);

/* Whether a DBT_NORMAL block there is called by others. */
bool cache_is_called(const struct cache *c, taddr_t pc);

void cache_note_begin(struct cache *c, taddr_t pc);

/* NULL: no block was made from it. */
struct page *cache_page(const struct cache *c, taddr_t at);
/* Notes that a block depends on what is in this page. -ENOMEM */
int cache_add_member(struct cache *c, taddr_t page, uint32_t block, bool away) must_check;

/* The block, not necessarily alive, whose code is at this machine address. */
const struct block *cache_find_host(const struct cache *c, taddr_t host);

/* The registered mapping at pc, NULL: none. */
const struct mapping *cache_mapping(const struct cache *c, taddr_t pc);
static inline bool cache_same_mapping(const struct cache *c, taddr_t a, taddr_t b)
{
	return cache_mapping(c, a) == cache_mapping(c, b);
}
int cache_map(struct cache *c, taddr_t start, taddr_t end,
	      const struct dbt_code_id *id) must_check;
