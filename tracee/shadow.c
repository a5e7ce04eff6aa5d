// SPDX-License-Identifier: MIT
// The memory of the stack's shadow (preload/runtime.h) in a tracee. Nobody else's may come
// near it: a return that reads there has to fault.
#include <errno.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "preload/runtime.h"
#include "tracee/private.h"

static int inject_mapping(struct task *t, int nr, const uint64_t args[6])
{
	int64_t result = 0;
	int r = task_inject(t, nr, args, &result);

	return !r && result < 0 && result > -4096
		       ? fail_errno((int)result, "task %d: the shadow of its stack", t->tid)
		       : r;
}

/* The shadow is made of pieces of one file, all of the same contents. */
#define SHADOW_PIECE ((size_t)512 << 10)

static int make_shadow_file(int *ret)
{
	cleanup_close int fd = memfd_create("deja-shadow", MFD_CLOEXEC);
	uint64_t *p;

	if (fd < 0 || ftruncate(fd, SHADOW_PIECE))
		return fail_errno(-errno, "memory for shadows of stacks");
	p = mmap(NULL, SHADOW_PIECE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, 0);
	if (p == MAP_FAILED)
		return fail_errno(-errno, "memory for shadows of stacks");
	for (size_t i = 0; i < SHADOW_PIECE / sizeof(*p); i++)
		p[i] = RT_RETURN;
	munmap(p, SHADOW_PIECE);
	*ret = fd;
	fd = -1;
	return 0;
}

int space_map_shadow(struct task *t)
{
	const uint64_t flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE;
	struct remote_map pieces[RT_SHADOW_BYTES / SHADOW_PIECE];
	int *fd = &t->tracees->shadow_fd;
	int r = *fd ? 0 : make_shadow_file(fd);

	for (size_t i = 0; i < ARRAY_SIZE(pieces); i++)
		pieces[i] = (struct remote_map){ *fd, RT_SHADOW + i * SHADOW_PIECE, SHADOW_PIECE,
						 PROT_READ | PROT_WRITE, 0,
						 MAP_PRIVATE | MAP_NORESERVE };
	if (!r)
		r = inject_mapping(t, SYS_mmap,
				   (uint64_t[6]){ RT_SHADOW_RANGE, RT_SHADOW_RANGE_BYTES, PROT_NONE,
						  flags, (uint64_t)-1, 0 });
	return r ? r
		 : task_map_fd(t, RT_GATE_UNTRACED, RT_STATE + SPACE_SCRATCH_OFFSET, pieces,
			       ARRAY_SIZE(pieces));
}

int space_empty_shadow(struct task *t)
{
	int r = inject_mapping(t, SYS_madvise,
			       (uint64_t[6]){ RT_SHADOW, RT_SHADOW_BYTES, MADV_DONTNEED });

	if (!r)
		dbt_shadow_emptied(t->space->dbt);
	return r;
}
