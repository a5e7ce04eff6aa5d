/* SPDX-License-Identifier: MIT */
#include "translator/link.h"

#include <string.h>

#include "translator/lookup.h"

#define JMP 0xe9

/* Makes an exit jump to a machine address. A JMP to what follows it becomes a NOP: it
 * would end what the processor decodes at a time. */
static void link_jump(struct cache *c, const struct exit *x, taddr_t to)
{
	static const uint8_t nop[] = { 0x0f, 0x1f, 0x44, 0, 0 };
	const struct zone *z = &c->zones[cache_block(c, x->block)->zone];
	uint8_t *at = z->mem.write + x->jump;
	uint32_t d = (uint32_t)(to - (z->mem.start + x->jump + 4));

	if (x->flags & EXIT_FAR) {
		memcpy(at, &to, 8);
		return;
	}
	if (at[-1] == nop[0])
		at[-1] = JMP;
	if (d || at[-1] != JMP)
		memcpy(at, &d, 4);
	else
		memcpy(at - 1, nop, sizeof(nop));
}

/* Where an exit to b leads; its stub, when there is no room for what it wants. */
static taddr_t link_target(struct cache *c, const struct exit *x, struct block *b)
{
	const struct zone *z = &c->zones[b->zone];

	if (!(x->flags & EXIT_CALL))
		return cache_host(c, b);
	if (!b->called && lookup_make_called(c, b) < 0)
		return z->mem.start + x->stub;
	return z->mem.start + b->called;
}

static int link_exit(struct cache *c, uint32_t i)
{
	struct exit *x = cache_exit(c, i);
	const struct block *b = cache_block(c, x->block);
	int64_t n = cache_node(c, x->target, b->variant);
	struct node *node;

	if (n < 0)
		return (int)n;
	node = cache_node_at(c, (uint32_t)n);
	x->node = (uint32_t)n;
	x->next = node->exits;
	node->exits = i;
	node->called |= (x->flags & EXIT_CALL) != 0;
	if (node->block)
		link_jump(c, x, link_target(c, x, cache_block(c, node->block)));
	return 0;
}

/* Makes the exits to a node jump to a block (NULL: to their stubs), and takes those of
 * dead blocks out of its list. */
static void link_waiting(struct cache *c, struct node *node, struct block *to)
{
	uint32_t *at = &node->exits;

	while (*at) {
		struct exit *x = cache_exit(c, *at);
		const struct block *b = cache_block(c, x->block);

		if (b->dead) {
			*at = x->next;
			continue;
		}
		link_jump(c, x, to ? link_target(c, x, to) : c->zones[b->zone].mem.start + x->stub);
		at = &x->next;
	}
}

int link_block(struct cache *c, uint32_t block)
{
	struct block *b = cache_block(c, block);
	struct node *node = cache_node_at(c, b->node);

	node->block = block;
	link_waiting(c, node, b);
	for (uint32_t i = 0; i < b->n_exits; i++) {
		struct exit *x = cache_exit(c, b->first_exit + i);
		int r;

		x->block = block;
		if (!(x->flags & EXIT_LINKABLE))
			continue;
		r = link_exit(c, b->first_exit + i);
		if (r < 0)
			return r;
	}
	return 0;
}

static uint32_t link_number(const struct cache *c, const struct block *b)
{
	return (uint32_t)(b - c->blocks) + 1;
}

void link_hide(struct cache *c, struct block *b)
{
	struct node *node = cache_node_at(c, b->node);

	if (node->block == link_number(c, b))
		link_waiting(c, node, NULL);
}

void link_reveal(struct cache *c, struct block *b)
{
	struct node *node = cache_node_at(c, b->node);

	node->block = link_number(c, b);
	if (b->late)
		link_waiting(c, node, b);
}

void link_drop(struct cache *c, struct block *b)
{
	struct node *node = cache_node_at(c, b->node);

	b->dead = true;
	if (node->block == link_number(c, b))
		node->block = 0;
	else if (!b->hidden)
		return;
	link_waiting(c, node, node->block ? cache_block(c, node->block) : NULL);
}
