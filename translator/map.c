/* SPDX-License-Identifier: MIT */
#include "translator/map.h"

#include <string.h>

#define MAP_ENTRY_BYTES 16

enum { MAP_LEN = 0x0f, MAP_PC = 0x10, MAP_TICKS = 0x20, MAP_SPILLS = 0x40 };

void map_begin(struct map_writer *w, struct buf *out, taddr_t block_pc)
{
	*w = (struct map_writer){ .out = out, .block_pc = block_pc };
	w->last.pc = block_pc;
	w->last.host = UINT32_MAX;
	w->before = w->last;
	w->before_len = out->len;
}

int map_add(struct map_writer *w, const struct map_entry *e)
{
	uint8_t *b;
	size_t n = 0;
	int32_t rel = (int32_t)(e->pc - w->block_pc);
	uint8_t flags = e->len;
	uint32_t distance;
	int r;

	if (e->host == w->last.host) {
		w->last = w->before;
		w->out->len = w->before_len;
	}
	w->before = w->last;
	w->before_len = w->out->len;
	r = w->out->cap - w->out->len < MAP_ENTRY_BYTES ? buf_reserve(w->out, 4096) : 0;
	if (r < 0)
		return r;
	b = w->out->data + w->out->len;
	distance = w->last.host == UINT32_MAX ? e->host : e->host - w->last.host;
	flags |= e->pc != w->last.pc ? MAP_PC : 0;
	flags |= e->ticks != w->last.ticks ? MAP_TICKS : 0;
	flags |= e->spills ? MAP_SPILLS : 0;
	b[n++] = distance < 255 ? (uint8_t)distance : 255;
	if (distance >= 255) {
		memcpy(b + n, &distance, 4);
		n += 4;
	}
	b[n++] = flags;
	if (flags & MAP_PC) {
		memcpy(b + n, &rel, 4);
		n += 4;
	}
	if (flags & MAP_TICKS)
		b[n++] = (uint8_t)e->ticks;
	if (flags & MAP_SPILLS)
		b[n++] = e->spills;
	w->last = *e;
	w->last.pc = e->pc + e->len;
	w->out->len += n;
	return 0;
}

static const uint8_t *map_next(const uint8_t *p, taddr_t block_pc, struct map_entry *e)
{
	uint32_t distance = *p++;
	uint8_t flags;

	if (distance == 255) {
		memcpy(&distance, p, 4);
		p += 4;
	}
	flags = *p++;
	e->host += distance;
	e->pc += e->len;
	e->len = flags & MAP_LEN;
	if (flags & MAP_PC) {
		int32_t rel;

		memcpy(&rel, p, 4);
		p += 4;
		e->pc = block_pc + (uint64_t)(int64_t)rel;
	}
	if (flags & MAP_TICKS)
		e->ticks = (int8_t)*p++;
	e->spills = flags & MAP_SPILLS ? *p++ : 0;
	return p;
}

bool map_find(const uint8_t *map, size_t bytes, taddr_t block_pc, uint32_t host,
	      struct map_entry *ret)
{
	const uint8_t *p = map, *end = map + bytes;
	struct map_entry e = { .pc = block_pc };

	while (p < end) {
		p = map_next(p, block_pc, &e);
		if (e.host >= host)
			break;
	}
	if (p == map || e.host != host)
		return false;
	*ret = e;
	return true;
}
