/* SPDX-License-Identifier: MIT */
/* Exits that jump directly to the blocks they lead to. */
#pragma once

#include "translator/cache.h"

/* Links a new block: its exits to what exists, waiting exits to it. -ENOMEM */
int link_block(struct cache *c, uint32_t block) must_check;

/* Exits lead to a block no more, and do (again): it is the one at its place. */
void link_hide(struct cache *c, struct block *b);
void link_reveal(struct cache *c, struct block *b);

/* The block is no more: exits that led to it lead to their stubs. */
void link_drop(struct cache *c, struct block *b);
