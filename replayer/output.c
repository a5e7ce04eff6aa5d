// SPDX-License-Identifier: MIT
// Shows again what the program wrote to the recording's stdout and stderr.
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "replayer/private.h"

static void show(struct task *t, int fd, taddr_t addr, uint64_t bytes)
{
	char part[65536];

	while (bytes) {
		size_t want = bytes < sizeof(part) ? bytes : sizeof(part);
		size_t got = task_read(t, addr, part, want), done = 0;

		while (done < got) {
			ssize_t n = write(fd, part + done, got - done);

			if (n <= 0)
				return;
			done += (size_t)n;
		}
		if (!got)
			return;
		addr += got;
		bytes -= got;
	}
}

static void show_vector(struct task *t, int fd, taddr_t vector, uint64_t count, uint64_t bytes)
{
	struct iovec iov;

	for (uint64_t i = 0; i < count && bytes; i++) {
		uint64_t n;

		if (task_read(t, vector + i * sizeof(iov), &iov, sizeof(iov)) != sizeof(iov))
			return;
		n = iov.iov_len < bytes ? iov.iov_len : bytes;
		show(t, fd, (taddr_t)iov.iov_base, n);
		bytes -= n;
	}
}

void rep_show_output(struct replayer *r, struct task *t, const struct event *e)
{
	int fd = e->flags & EVENT_STDOUT ? 1 : 2;

	if (r->options.quiet || !(e->flags & (EVENT_STDOUT | EVENT_STDERR)) || e->result <= 0)
		return;
	if (e->nr == SYS_writev || e->nr == SYS_pwritev || e->nr == SYS_pwritev2)
		show_vector(t, fd, e->regs.rsi, e->regs.rdx, (uint64_t)e->result);
	else
		show(t, fd, e->regs.rsi, (uint64_t)e->result);
}
