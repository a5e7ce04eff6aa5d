/* SPDX-License-Identifier: MIT */
/*
 * Translations that outlive the run: a cache is written to a file as it is, array
 * by array, the zones included, and read back by a later run.
 *
 *	struct store_header   numbers, key, checksum of all that follows it
 *	the arrays            in the order of store_sections()
 *
 * A loaded block is hidden: no node, no table leads to it. dbt_map_code() reveals
 * the blocks of what was mapped after comparing the pages they were made from
 * (reveal.c). Blocks link directly within one mapping only, so a revealed block leads to
 * revealed ones; the links to those that rely on more than that are taken back here.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "common/huge.h"
#include "translator/link.h"
#include "translator/lookup.h"
#include "translator/space.h"

#define STORE_MAGIC	   0x31636a6564 /* "dejc1" */
#define STORE_MAX_SECTIONS (9 + 4 * DBT_MAX_ZONES)

struct store_header {
	uint64_t magic, check, key[2];
	struct {
		uint32_t hot, cold, stop, lookup_miss, return_miss, called, n_blocks;
	} zones[DBT_MAX_ZONES];
	uint32_t n_zones, l2, l2_entries;
	uint32_t n_blocks, n_exits, n_nodes, n_members, n_pages, n_hidden, maps_bytes;
	uint32_t node_cap, nodes; /* of the table */
};

struct section {
	void *p;
	size_t bytes;
};

/* ---- both ways ---- */

static size_t zone_sections(struct cache *c, unsigned zone, struct section *s)
{
	struct zone *z = &c->zones[zone];
	uint32_t from = zone ? 0 : c->l2 + lookup_l2_bytes(c);
	size_t n = 0;

	/* The second level is made again. */
	if (!zone)
		s[n++] = (struct section){ z->mem.write, c->l2 };
	s[n++] = (struct section){ z->mem.write + from, z->hot - from };
	s[n++] = (struct section){ z->mem.write + z->cold, z->limit - z->cold };
	s[n++] = (struct section){ z->blocks, z->n_blocks * sizeof(*z->blocks) };
	return n;
}

/* All that a cache consists of, as its counts say. */
static size_t store_sections(struct cache *c, struct section *s)
{
	size_t n = 0;

	s[n++] = (struct section){ c->blocks, c->n_blocks * sizeof(*c->blocks) };
	s[n++] = (struct section){ c->exits, c->n_exits * sizeof(*c->exits) };
	s[n++] = (struct section){ c->nodes, c->n_nodes * sizeof(*c->nodes) };
	s[n++] = (struct section){ c->members, c->n_members * sizeof(*c->members) };
	s[n++] = (struct section){ c->pages, c->n_pages * sizeof(*c->pages) };
	s[n++] = (struct section){ c->hidden, c->n_hidden * sizeof(*c->hidden) };
	s[n++] = (struct section){ c->maps.data, c->maps.len };
	s[n++] = (struct section){ c->node_of.keys, c->node_of.cap * sizeof(uint64_t) };
	s[n++] = (struct section){ c->node_of.values, c->node_of.cap * sizeof(uint32_t) };
	for (unsigned i = 0; i < c->n_zones; i++)
		n += zone_sections(c, i, s + n);
	return n;
}

void dbt_identity(const struct dbt *d, uint64_t ret[2])
{
	const struct dbt_config *k = &d->config;
	const struct cache *c = d->cache;
	XXH3_state_t state;
	XXH128_hash_t h;

	XXH3_128bits_reset(&state);
	XXH3_128bits_update(
		&state,
		(uint64_t[7]){ k->max_insns, k->max_ticks, k->ahead, c->zone_limit, c->pext,
			       c->loop, c->shadow },
		7 * sizeof(uint64_t));
	for (unsigned i = 0; i < c->n_zones; i++)
		XXH3_128bits_update(&state,
				    (uint64_t[2]){ c->zones[i].mem.start, c->zones[i].limit },
				    2 * sizeof(uint64_t));
	XXH3_128bits_update(&state, d->vdso, d->n_vdso * sizeof(d->vdso[0]));
	XXH3_128bits_update(&state, d->vdso_nr, d->n_vdso * sizeof(d->vdso_nr[0]));
	h = XXH3_128bits_digest(&state);
	ret[0] = h.low64;
	ret[1] = h.high64;
}

/* ---- saving ---- */

static bool in_hidden(const struct cache *c, taddr_t a)
{
	for (size_t i = 0; i < c->n_hidden; i++)
		if (a >= c->hidden[i].start && a < c->hidden[i].end)
			return true;
	return false;
}

/* Leaves only blocks of named mappings, and notes these as hidden ranges. */
static int prepare_to_save(struct dbt *d)
{
	struct cache *c = d->cache;

	for (size_t i = 0; i < c->n_mappings; i++) {
		const struct mapping *m = &c->mappings[i];
		int r = m->named ? cache_grow(&c->hidden, &c->cap_hidden, c->n_hidden,
					      sizeof(*c->hidden))
				 : 0;

		if (r < 0)
			return r;
		if (m->named)
			c->hidden[c->n_hidden++] = (struct range){ m->start, m->end };
	}
	for (size_t i = 0; i < c->n_pages; i++)
		if (!c->pages[i].fixed && !in_hidden(c, c->pages[i].at))
			space_drop_page(d, &c->pages[i]);
	for (size_t i = 0; i < c->n_blocks; i++)
		if (c->blocks[i].late)
			link_hide(c, &c->blocks[i]);
	return 0;
}

static bool mostly_dead(const struct cache *c)
{
	size_t dead = 0;

	for (size_t i = 0; i < c->n_blocks; i++)
		dead += c->blocks[i].dead;
	return dead * 2 > c->n_blocks;
}

static struct store_header store_header(const struct cache *c, const uint64_t key[2])
{
	struct store_header h = {
		.magic = STORE_MAGIC,
		.key = { key[0], key[1] },
		.n_zones = c->n_zones,
		.l2 = c->l2,
		.l2_entries = c->l2_entries,
		.n_blocks = (uint32_t)c->n_blocks,
		.n_exits = (uint32_t)c->n_exits,
		.n_nodes = (uint32_t)c->n_nodes,
		.n_members = (uint32_t)c->n_members,
		.n_pages = (uint32_t)c->n_pages,
		.n_hidden = (uint32_t)c->n_hidden,
		.maps_bytes = (uint32_t)c->maps.len,
		.node_cap = (uint32_t)c->node_of.cap,
		.nodes = (uint32_t)c->node_of.n,
	};

	for (unsigned i = 0; i < c->n_zones; i++) {
		const struct zone *z = &c->zones[i];

		h.zones[i].hot = z->hot;
		h.zones[i].cold = z->cold;
		h.zones[i].stop = z->stop;
		h.zones[i].lookup_miss = z->lookup_miss;
		h.zones[i].return_miss = z->return_miss;
		h.zones[i].called = z->called;
		h.zones[i].n_blocks = (uint32_t)z->n_blocks;
	}
	return h;
}

static int write_all(int fd, const void *data, size_t n)
{
	const uint8_t *p = data;

	while (n) {
		ssize_t r = write(fd, p, n);

		if (r < 0 && errno == EINTR)
			continue;
		if (r <= 0)
			return r ? -errno : -EIO;
		p += r;
		n -= (size_t)r;
	}
	return 0;
}

/* The checksum covers the header with check 0, then all sections. */
static uint64_t store_check(const struct store_header *header, const struct section *s, size_t n)
{
	struct store_header h = *header;
	XXH3_state_t state;

	h.check = 0;
	XXH3_64bits_reset(&state);
	XXH3_64bits_update(&state, &h, sizeof(h));
	for (size_t i = 0; i < n; i++)
		XXH3_64bits_update(&state, s[i].p, s[i].bytes);
	return XXH3_64bits_digest(&state);
}

int dbt_save(struct dbt *d, const uint64_t key[2], int fd)
{
	struct section s[STORE_MAX_SECTIONS];
	struct cache *c = d->cache;
	struct store_header h;
	size_t n;
	int r;

	if (c->refs > 1 || !c->n_blocks || d->n_breakpoints || d->n_watches || d->arrival.set)
		return fail(-ENODATA, "there are no translations to keep");
	r = prepare_to_save(d);
	if (r < 0)
		return r;
	if (mostly_dead(c))
		return fail(-ESTALE, "most of the translations are of code that is gone");
	n = store_sections(c, s);
	h = store_header(c, key);
	h.check = store_check(&h, s, n);
	r = write_all(fd, &h, sizeof(h));
	for (size_t i = 0; i < n && !r; i++)
		r = write_all(fd, s[i].p, s[i].bytes);
	return r ? fail_errno(r, "writing translations") : 0;
}

/* ---- loading ---- */

static bool header_fits(const struct cache *c, const struct store_header *h, const uint64_t key[2])
{
	if (h->magic != STORE_MAGIC || h->key[0] != key[0] || h->key[1] != key[1] ||
	    h->n_zones != c->n_zones || h->node_cap & (h->node_cap - 1) ||
	    h->nodes >= h->node_cap || h->nodes != h->n_nodes ||
	    h->l2_entries & (h->l2_entries - 1) || h->l2_entries > 1u << 20)
		return false;
	for (unsigned i = 0; i < c->n_zones; i++)
		if (h->zones[i].hot > h->zones[i].cold || h->zones[i].cold > c->zones[i].limit)
			return false;
	return true;
}

static void take_header(struct cache *c, const struct store_header *h)
{
	for (unsigned i = 0; i < c->n_zones; i++) {
		struct zone *z = &c->zones[i];

		z->hot = h->zones[i].hot;
		z->cold = h->zones[i].cold;
		z->stop = h->zones[i].stop;
		z->lookup_miss = h->zones[i].lookup_miss;
		z->return_miss = h->zones[i].return_miss;
		z->called = h->zones[i].called;
		z->n_blocks = h->zones[i].n_blocks;
	}
	c->l2 = h->l2;
	c->l2_entries = h->l2_entries;
	c->l2_used = 0;
	c->n_blocks = h->n_blocks;
	c->n_exits = h->n_exits;
	c->n_nodes = h->n_nodes;
	c->n_members = h->n_members;
	c->n_pages = h->n_pages;
	c->n_hidden = h->n_hidden;
	c->maps.len = h->maps_bytes;
	c->node_of.cap = h->node_cap;
	c->node_of.n = h->nodes;
}

/* Room for n items and some more, in place of what was there. Fresh memory costs
 * a fault for each page, so that large arrays get large ones. */
static bool store_alloc(void *p, size_t *cap, size_t n, size_t size)
{
	size_t bytes = (n + n / 8 + 64) * size;
	size_t align = bytes < HUGE_BYTES / 2 ? 16 : HUGE_BYTES;
	void *room = aligned_alloc(align, (bytes + align - 1) & ~(align - 1));

	if (!room)
		return false;
	if (align == HUGE_BYTES)
		(void)!madvise(room, bytes, MADV_HUGEPAGE);
	free(*(void **)p);
	*(void **)p = room;
	*cap = n + n / 8 + 64;
	return true;
}

static bool store_alloc_all(struct cache *c)
{
	size_t node_cap = c->node_of.cap, nodes = c->node_of.n;
	bool ok = store_alloc(&c->blocks, &c->cap_blocks, c->n_blocks, sizeof(*c->blocks)) &&
		  store_alloc(&c->exits, &c->cap_exits, c->n_exits, sizeof(*c->exits)) &&
		  store_alloc(&c->nodes, &c->cap_nodes, c->n_nodes, sizeof(*c->nodes)) &&
		  store_alloc(&c->members, &c->cap_members, c->n_members, sizeof(*c->members)) &&
		  store_alloc(&c->pages, &c->cap_pages, c->n_pages, sizeof(*c->pages)) &&
		  store_alloc(&c->hidden, &c->cap_hidden, c->n_hidden, sizeof(*c->hidden)) &&
		  store_alloc(&c->maps.data, &c->maps.cap, c->maps.len, 1);

	for (unsigned i = 0; i < c->n_zones && ok; i++) {
		struct zone *z = &c->zones[i];

		ok = store_alloc(&z->blocks, &z->cap_blocks, z->n_blocks, sizeof(*z->blocks));
	}
	table_deinit(&c->node_of);
	c->node_of.keys = calloc(node_cap, sizeof(uint64_t));
	c->node_of.values = malloc(node_cap * sizeof(uint32_t));
	c->node_of.cap = node_cap;
	c->node_of.n = nodes; /* a table that did not grow in time would never end */
	return ok && c->node_of.keys && c->node_of.values;
}

/* Whether the file is as long as the header says. */
static bool sizes_fit(struct cache *c, int fd)
{
	struct section s[STORE_MAX_SECTIONS];
	uint64_t bytes = sizeof(struct store_header);
	struct stat st;
	size_t n;

	if ((uint64_t)c->l2 + lookup_l2_bytes(c) > c->zones[0].hot)
		return false;
	n = store_sections(c, s);
	for (size_t i = 0; i < n; i++)
		bytes += s[i].bytes;
	return !fstat(fd, &st) && (uint64_t)st.st_size == bytes;
}

/* The pages that read() is going to write to, few at a time being slow; huge ones
 * where most of one is in use. */
static void populate(const struct zone *z)
{
	size_t hot = page_ceil(z->hot), cold = page_floor(z->cold), done = 0;

	while (done + HUGE_BYTES / 2 <= hot && done + HUGE_BYTES <= z->limit &&
	       huge_collapse(z->mem.write + done))
		done += HUGE_BYTES;
	if (done < hot)
		(void)!madvise(z->mem.write + done, hot - done, MADV_POPULATE_WRITE);
	(void)!madvise(z->mem.write + cold, page_ceil(z->limit) - cold, MADV_POPULATE_WRITE);
}

static bool read_all(int fd, void *ret, size_t n)
{
	uint8_t *p = ret;

	while (n) {
		ssize_t r = read(fd, p, n);

		if (r < 0 && errno == EINTR)
			continue;
		if (r <= 0)
			return false;
		p += r;
		n -= (size_t)r;
	}
	return true;
}

static void hide_member(const struct cache *c, const struct page *p, const struct member *m)
{
	struct block *b = cache_block(c, m->block);

	if (p->fixed || m->away)
		b->waits++;
	else
		b->hidden++;
}

/* Tables and counts that follow from the arrays; hides all blocks. */
static bool make_hidden(struct cache *c)
{
	for (size_t i = 0; i < c->n_nodes; i++)
		c->nodes[i].block = 0;
	for (size_t i = 0; i < c->n_blocks; i++)
		c->blocks[i].hidden = c->blocks[i].waits = 0;
	for (size_t i = 0; i < c->n_pages; i++) {
		c->pages[i].hidden = true;
		if (table_set(&c->page_of, c->pages[i].at / DEJA_PAGE_BYTES + 1, (uint32_t)i + 1))
			return false;
		for (uint32_t m = c->pages[i].members; m; m = c->members[m - 1].next)
			hide_member(c, &c->pages[i], &c->members[m - 1]);
	}
	memset(c->zones[0].mem.write + c->l2, 0, lookup_l2_bytes(c));
	return true;
}

static int load_sections(struct cache *c, const struct store_header *h, int fd)
{
	struct section s[STORE_MAX_SECTIONS];
	size_t n;

	if (!sizes_fit(c, fd))
		return -EINVAL;
	if (!store_alloc_all(c))
		return -ENOMEM;
	for (unsigned i = 0; i < c->n_zones; i++)
		populate(&c->zones[i]);
	n = store_sections(c, s);
	for (size_t i = 0; i < n; i++)
		if (!read_all(fd, s[i].p, s[i].bytes))
			return -EINVAL;
	if (store_check(h, s, n) != h->check)
		return -EINVAL;
	return make_hidden(c) ? 0 : -ENOMEM;
}

int dbt_load(struct dbt *d, const uint64_t key[2], int fd)
{
	struct cache *c = d->cache;
	struct store_header h;
	int r;

	if (c->refs > 1 || c->n_blocks || d->n_breakpoints || d->n_watches)
		return fail(-EINVAL, "there are translations already");
	if (!read_all(fd, &h, sizeof(h)) || !header_fits(c, &h, key))
		return fail(-EINVAL, "these translations are not for this program");
	take_header(c, &h);
	r = load_sections(c, &h, fd);
	if (r < 0) {
		table_deinit(&c->node_of);
		cache_flush(c);
		c->stats.flushes = 0;
	}
	lookup_init_private(d);
	return r < 0 ? fail(r, "these translations are damaged") : 0;
}
