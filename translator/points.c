/* SPDX-License-Identifier: MIT */
/* Places where a dbt stops: breakpoints, vDSO functions; watched memory. */
#include <errno.h>
#include <string.h>
#include <sys/syscall.h>

#include "translator/space.h"

/* The index of the first breakpoint at or behind pc. */
static size_t point_index(const struct dbt *d, taddr_t pc)
{
	size_t low = 0, high = d->n_breakpoints;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (d->breakpoints[mid] < pc)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

bool space_has_breakpoint(const struct dbt *d, taddr_t pc)
{
	size_t i;

	if (!d->n_breakpoints)
		return false;
	i = point_index(d, pc);
	return i < d->n_breakpoints && d->breakpoints[i] == pc;
}

int dbt_set_breakpoint(struct dbt *d, taddr_t pc, bool set)
{
	size_t i = point_index(d, pc);
	bool there = space_has_breakpoint(d, pc);
	int r;

	if (there == set)
		return 0;
	if (set) {
		r = cache_grow(&d->breakpoints, &d->cap_breakpoints, d->n_breakpoints,
			       sizeof(*d->breakpoints));
		if (r < 0)
			return r;
	}
	memmove(&d->breakpoints[i + set], &d->breakpoints[i + !set],
		(d->n_breakpoints - i - !set) * sizeof(*d->breakpoints));
	if (set)
		d->breakpoints[i] = pc;
	d->n_breakpoints += set ? 1 : (size_t)-1;
	dbt_invalidate(d, pc, 1);
	return 0;
}

/* The vsyscall page, whose three functions lie apart from everything. */
static const int *point_vsyscall(taddr_t pc)
{
	static const int gettimeofday_nr = SYS_gettimeofday, time_nr = SYS_time,
			 getcpu_nr = SYS_getcpu;

	switch (pc) {
	case 0xffffffffff600000:
		return &gettimeofday_nr;
	case 0xffffffffff600400:
		return &time_nr;
	case 0xffffffffff600800:
		return &getcpu_nr;
	default:
		return NULL;
	}
}

const int *space_vdso(const struct dbt *d, taddr_t pc)
{
	if (pc < d->vdso_low || (pc > d->vdso_high && (int64_t)pc > 0))
		return NULL;
	for (size_t i = 0; i < d->n_vdso; i++)
		if (d->vdso[i] == pc)
			return &d->vdso_nr[i];
	return point_vsyscall(pc);
}

int dbt_set_vdso(struct dbt *d, const taddr_t *entries, const int *numbers, size_t n)
{
	if (n > SPACE_MAX_VDSO)
		return fail(-EINVAL, "too many vDSO functions");
	memcpy(d->vdso, entries, n * sizeof(*entries));
	memcpy(d->vdso_nr, numbers, n * sizeof(*numbers));
	d->n_vdso = n;
	d->vdso_low = n ? entries[0] : UINT64_MAX;
	d->vdso_high = n ? entries[0] : 0;
	for (size_t i = 1; i < n; i++) {
		d->vdso_low = entries[i] < d->vdso_low ? entries[i] : d->vdso_low;
		d->vdso_high = entries[i] > d->vdso_high ? entries[i] : d->vdso_high;
	}
	return 0;
}

/* ---- watched memory ---- */

static struct watch *point_watch(struct dbt *d, taddr_t start, unsigned bytes)
{
	for (size_t i = 0; i < RT_MAX_WATCHES; i++)
		if (d->watches[i].bytes == bytes && (!bytes || d->watches[i].start == start))
			return &d->watches[i];
	return NULL;
}

int dbt_set_watch(struct dbt *d, taddr_t start, unsigned bytes, bool set)
{
	struct watch *w;

	if (!bytes || bytes > 8)
		return fail(-EINVAL, "a watched range has 1 to 8 bytes");
	w = point_watch(d, start, bytes);
	if (!w == !set)
		return 0;
	w = set ? point_watch(d, 0, 0) : w;
	if (!w)
		return fail(-ENOSPC, "too many watched ranges");
	*w = (struct watch){ set ? start : 0, set ? bytes : 0 };
	d->n_watches += set ? 1 : (unsigned)-1;
	space_flush(d);
	return 0;
}

static uint64_t point_contents(const struct watch *w,
			       size_t (*read)(void *ctx, taddr_t a, void *ret, size_t n), void *ctx)
{
	uint64_t v = 0;

	return read(ctx, w->start, &v, w->bytes) == w->bytes ? v : 0;
}

void dbt_sync_watches(struct dbt *d, size_t (*read)(void *ctx, taddr_t a, void *ret, size_t n),
		      void *ctx)
{
	for (size_t i = 0; i < RT_MAX_WATCHES; i++)
		if (d->watches[i].bytes)
			d->state->watch[i] = point_contents(&d->watches[i], read, ctx);
}

bool dbt_watch_changed(const struct dbt *d, size_t (*read)(void *ctx, taddr_t a, void *ret, size_t n),
		       void *ctx, taddr_t *ret)
{
	for (size_t i = 0; i < RT_MAX_WATCHES; i++) {
		const struct watch *w = &d->watches[i];

		if (w->bytes && point_contents(w, read, ctx) != d->state->watch[i]) {
			*ret = w->start;
			return true;
		}
	}
	return false;
}
