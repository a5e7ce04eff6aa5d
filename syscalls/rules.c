// SPDX-License-Identifier: MIT
/*
 * What each word of the tables means. At the entry a word gives areas in an
 * order of its own; at the end the same word narrows them by the result and by
 * lengths the kernel returned. Sizes that the kernel bounds are bounded here, so
 * that garbage arguments do not give absurd areas.
 */
#include "syscalls/rules.h"

#include <errno.h>

#include <linux/capability.h>
#include <linux/sched.h>

#define IOVEC_MAX	1024 /* UIO_MAXIOV, also of messages: include/uapi/linux/uio.h */
#define HANDLE_MAX	128  /* MAX_HANDLE_SZ: include/linux/exportfs.h */
#define STRING_MAX	256  /* names of file systems */
#define FDS_MAX		(1u << 20)
#define NODES_MAX	(DEJA_PAGE_BYTES * 8)
#define EXTENTS_MAX	(1u << 20)
#define RESTART_FDS_MAX 4096

/* struct msghdr, as the kernel has it. */
struct message {
	uint64_t name;
	uint32_t name_bytes, pad;
	uint64_t iov, iov_n, control, control_bytes;
	uint64_t flags;
};

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t length_of(const struct sys_write *w, const struct sys_call *call)
{
	uint64_t n = call->args[w->len];

	return w->flags & WRITE_32 ? (uint32_t)n : n;
}

/* n elements; without overflow. */
static uint64_t times(uint64_t n, uint64_t bytes)
{
	return least(n, AREA_MAX_BYTES) * bytes;
}

static uint32_t read_u32(const struct sys_mem *mem, taddr_t addr)
{
	uint32_t value;

	return sys_mem_read(mem, addr, &value, sizeof(value)) ? value : 0;
}

static uint64_t read_u64(const struct sys_mem *mem, taddr_t addr)
{
	uint64_t value;

	return sys_mem_read(mem, addr, &value, sizeof(value)) ? value : 0;
}

/* How many bytes a word of one area with a known size has, by the arguments. */
static uint64_t plain_size(const struct sys_write *w, const struct sys_call *call)
{
	uint64_t n = length_of(w, call);

	switch (w->rule) {
	case RULE_FIXED:
		return w->bytes;
	case RULE_SIZED:
	case RULE_RESULT:
		return times(n, w->bytes);
	case RULE_BEHIND:
		return w->bytes + times(n, 1);
	case RULE_PAGES:
		return n / DEJA_PAGE_BYTES + !!(n % DEJA_PAGE_BYTES);
	case RULE_FDSET: /* whole words: FDS_BYTES() */
		return (least((uint32_t)n, FDS_MAX) + 63) / 64 * 8;
	case RULE_NODES: /* copy_nodes_to_user() in mm/mempolicy.c */
		return n ? (least(n - 1, NODES_MAX) + 63) / 64 * 8 : 0;
	case RULE_ENCODED: /* _IOC_SIZE() */
		return n >> 16 & 0x3fff;
	case RULE_STRING:
		return STRING_MAX;
	default:
		return 0;
	}
}

static int enter_value(const struct sys_write *w, const struct sys_call *call,
		       const struct sys_mem *mem, struct sys_areas *ret)
{
	taddr_t at = call->args[w->len];
	int r;

	if (!at)
		return 0;
	r = sys_areas_add(ret, call->args[w->ptr],
			  call->args[w->ptr] ? times(read_u32(mem, at), w->bytes) : 0);
	return r ? r : sys_areas_add(ret, at, K_INT);
}

static int enter_iovec(taddr_t at, uint64_t n, const struct sys_mem *mem, struct sys_areas *ret)
{
	uint64_t iov[32][2];
	int r = 0;

	n = least(n, IOVEC_MAX);
	for (uint64_t done = 0; done < n && !r; done += ARRAY_SIZE(iov)) {
		size_t now = least(n - done, ARRAY_SIZE(iov));

		if (!sys_mem_read(mem, at + done * K_IOVEC, iov, now * K_IOVEC))
			break;
		for (size_t i = 0; i < now && !r; i++)
			r = sys_areas_add(ret, iov[i][0], iov[i][1]);
	}
	return r;
}

/* The struct, the name, the control data, then all of the iovec. */
static int enter_message(taddr_t at, size_t bytes, const struct sys_mem *mem, struct sys_areas *ret)
{
	struct message m;
	int r;

	if (!sys_mem_read(mem, at, &m, sizeof(m)))
		m = (struct message){ 0 };
	r = sys_areas_add(ret, at, bytes);
	if (!r)
		r = sys_areas_add(ret, m.name, m.name ? m.name_bytes : 0);
	if (!r)
		r = sys_areas_add(ret, m.control, m.control ? m.control_bytes : 0);
	return r ? r : enter_iovec(m.iov, m.iov_n, mem, ret);
}

static int enter_messages(taddr_t at, uint64_t n, const struct sys_mem *mem, struct sys_areas *ret)
{
	int r = 0;

	n = least((uint32_t)n, IOVEC_MAX);
	for (uint64_t i = 0; i < n && !r; i++)
		r = enter_message(at + i * K_MMSGHDR, K_MMSGHDR, mem, ret);
	return r;
}

static int enter_boxed(const struct sys_write *w, taddr_t at, const struct sys_mem *mem,
		       struct sys_areas *ret)
{
	taddr_t addr = read_u64(mem, at + w->at[0]);

	return sys_areas_add(ret, addr, addr ? read_u32(mem, at + w->at[1]) : 0);
}

static int enter_trailing(const struct sys_write *w, taddr_t at, const struct sys_mem *mem,
			  struct sys_areas *ret)
{
	uint64_t n = least(read_u32(mem, at + w->at[0]), EXTENTS_MAX);

	return sys_areas_add(ret, at, w->bytes + n * w->more);
}

static int enter_handle(taddr_t at, const struct sys_mem *mem, struct sys_areas *ret)
{
	return sys_areas_add(ret, at, 8 + least(read_u32(mem, at), HANDLE_MAX));
}

static int enter_caps(const struct sys_write *w, const struct sys_call *call,
		      const struct sys_mem *mem, struct sys_areas *ret)
{
	uint32_t version = read_u32(mem, call->args[w->len]);
	unsigned n = version == _LINUX_CAPABILITY_VERSION_1 ? 1 : 2;

	return sys_areas_add(ret, call->args[w->ptr], n * K_CAP_DATA);
}

/* kernel/fork.c: x86-64 has clone(flags, stack, parent_tid, child_tid, tls). */
static int enter_clone(const struct sys_call *call, struct sys_areas *ret)
{
	uint64_t flags = call->args[0];
	int r = 0;

	if (flags & (CLONE_PARENT_SETTID | CLONE_PIDFD))
		r = sys_areas_add(ret, call->args[2], K_INT);
	if (!r && flags & CLONE_CHILD_SETTID)
		r = sys_areas_add(ret, call->args[3], K_INT);
	return r;
}

static int enter_clone3(taddr_t at, const struct sys_mem *mem, struct sys_areas *ret)
{
	uint64_t args[4]; /* flags, pidfd, child_tid, parent_tid: struct clone_args */
	int r = 0;

	if (!sys_mem_read(mem, at, args, sizeof(args)))
		return 0;
	if (args[0] & CLONE_PIDFD)
		r = sys_areas_add(ret, args[1], K_INT);
	if (!r && args[0] & CLONE_CHILD_SETTID)
		r = sys_areas_add(ret, args[2], K_INT);
	if (!r && args[0] & CLONE_PARENT_SETTID)
		r = sys_areas_add(ret, args[3], K_INT);
	return r;
}

/*
 * The kernel restarts nanosleep, clock_nanosleep, poll and futex as
 * restart_syscall, with the argument registers of the call it restarts; which of
 * them it was cannot be seen, so what each would write is taken.
 */
static int enter_restart(const struct sys_call *call, struct sys_areas *ret)
{
	uint32_t fds = call->args[1];
	int r = sys_areas_add(ret, call->args[1], K_TIMESPEC);

	if (!r)
		r = sys_areas_add(ret, call->args[3], K_TIMESPEC);
	if (!r && fds <= RESTART_FDS_MAX)
		r = sys_areas_add(ret, call->args[0], (uint64_t)fds * K_POLLFD);
	return r;
}

int sys_rule_enter(const struct sys_write *w, const struct sys_call *call,
		   const struct sys_mem *mem, struct sys_areas *ret)
{
	taddr_t at = call->args[w->ptr];

	switch (w->rule) {
	case RULE_CLONE:
		return enter_clone(call, ret);
	case RULE_RESTART:
		return enter_restart(call, ret);
	case RULE_VALUE:
		return enter_value(w, call, mem, ret);
	default:
		break;
	}
	if (!at)
		return 0;
	switch (w->rule) {
	case RULE_IOVEC:
		return enter_iovec(at, call->args[w->len], mem, ret);
	case RULE_MSGHDR:
		return enter_message(at, K_MSGHDR, mem, ret);
	case RULE_MMSGHDR:
		return enter_messages(at, call->args[w->len], mem, ret);
	case RULE_BOXED:
	case RULE_BOXED_ALL:
		return enter_boxed(w, at, mem, ret);
	case RULE_TRAILING:
		return enter_trailing(w, at, mem, ret);
	case RULE_HANDLE:
		return enter_handle(at, mem, ret);
	case RULE_CAPS:
		return enter_caps(w, call, mem, ret);
	case RULE_CLONE3:
		return enter_clone3(at, mem, ret);
	default:
		return sys_areas_add(ret, at, plain_size(w, call));
	}
}

/* ---- at the end ---- */

/* Of an area of the entry, at most so many bytes. */
static int part(const struct sys_area *a, uint64_t bytes, struct sys_areas *ret)
{
	bytes = least(a->bytes, bytes);
	return bytes ? sys_areas_add(ret, a->addr, bytes) : 0;
}

static int exit_value(const struct sys_write *w, const struct sys_area *a,
		      const struct sys_mem *mem, int64_t result, struct sys_areas *ret)
{
	int r = 0;

	if (result >= 0)
		r = part(&a[0], times(read_u32(mem, a[1].addr), w->bytes), ret);
	return r ? r : part(&a[1], K_INT, ret);
}

static int exit_iovec(const struct sys_area *a, size_t n, uint64_t bytes, struct sys_areas *ret)
{
	int r = 0;

	for (size_t i = 0; i < n && bytes && !r; i++) {
		r = part(&a[i], bytes, ret);
		bytes -= least(a[i].bytes, bytes);
	}
	return r;
}

/* a: the areas enter_message() gave. */
static int exit_message(const struct sys_area *a, size_t n, const struct sys_mem *mem,
			uint64_t bytes, struct sys_areas *ret)
{
	struct message m;
	int r;

	if (!sys_mem_read(mem, a[0].addr, &m, sizeof(m)))
		return 0;
	r = part(&a[0], a[0].bytes, ret);
	if (!r)
		r = part(&a[1], m.name_bytes, ret);
	if (!r)
		r = part(&a[2], m.control_bytes, ret);
	return r ? r : exit_iovec(a + 3, n - 3, bytes, ret);
}

/* Where the areas of the message behind the one at i begin. */
static size_t next_message(const struct sys_area *a, size_t i, size_t n)
{
	taddr_t next = a[i].addr + K_MMSGHDR;

	for (i += 3; i < n; i++)
		if (a[i].addr == next && a[i].bytes == K_MMSGHDR)
			break;
	return i < n ? i : n;
}

/*
 * The result counts the messages; each has its length behind its header. The one
 * behind the last may have been begun when an error stopped the call.
 */
static int exit_messages(const struct sys_area *a, size_t n, const struct sys_mem *mem,
			 int64_t result, struct sys_areas *ret)
{
	int r = 0;

	for (size_t i = 0, end; i < n && result >= 0 && !r; i = end, result--) {
		uint64_t bytes = AREA_MAX_BYTES;

		end = next_message(a, i, n);
		if (result > 0)
			bytes = read_u32(mem, a[i].addr + K_MSGHDR);
		r = exit_message(a + i, end - i, mem, bytes, ret);
	}
	return r;
}

static int exit_string(const struct sys_area *a, const struct sys_mem *mem, struct sys_areas *ret)
{
	char text[STRING_MAX];
	size_t n = mem->read(mem->ctx, a->addr, text, sizeof(text)), i = 0;

	while (i < n && text[i])
		i++;
	return part(a, i + 1, ret);
}

static int exit_handle(const struct sys_area *a, const struct sys_mem *mem, int64_t result,
		       struct sys_areas *ret)
{
	/* The size that would have been needed is written on EOVERFLOW. */
	return part(a, result < 0 ? 8 : 8 + (uint64_t)read_u32(mem, a->addr), ret);
}

int sys_rule_exit(const struct sys_write *w, const struct sys_plan *p, size_t first, size_t end,
		  const struct sys_mem *mem, int64_t result, struct sys_areas *ret)
{
	const struct sys_area *a = &p->areas.items[first];

	if (w->rule == RULE_VALUE)
		return exit_value(w, a, mem, result, ret);
	if (w->rule == RULE_HANDLE)
		return exit_handle(a, mem, result, ret);
	if (result < 0)
		return 0;
	switch (w->rule) {
	case RULE_RESULT:
		return part(a, times(result, w->bytes), ret);
	case RULE_BEHIND:
		return part(a, w->bytes + times(result, 1), ret);
	case RULE_IOVEC:
		return exit_iovec(a, end - first, result, ret);
	case RULE_MSGHDR:
		return exit_message(a, end - first, mem, result, ret);
	case RULE_MMSGHDR:
		return exit_messages(a, end - first, mem, result, ret);
	case RULE_BOXED:
		return part(a, result, ret);
	case RULE_STRING:
		return exit_string(a, mem, ret);
	default:
		return part(a, a->bytes, ret);
	}
}
