/* SPDX-License-Identifier: MIT */
/* Code caches that are kept on disk from one run to the next. */
#pragma once

struct cache_memory;
struct dbt;
struct space;

/* The image of s is complete and nothing was translated: takes the translations
 * of an earlier run, if there are any. */
void disk_load(struct space *s);

/* Keeps the translations of a cache that nobody uses any more and that came by
 * disk_load(), if there are notably more than there were. Only dbt_destroy() may
 * follow. */
void disk_save(struct cache_memory *c, struct dbt *d);
