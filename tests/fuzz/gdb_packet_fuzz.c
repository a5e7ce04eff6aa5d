// SPDX-License-Identifier: MIT
/*
 * Bytes of a hostile debugger: first as they come, then each line as one packet
 * with a right checksum, so that the commands behind the framing are reached.
 */
#include "../unit/gdbserver/fake_target.h"
#include "gdbserver/packet.h"
#include "gdbserver/server.h"

#define MAX_STEPS 1000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int discard(void *ctx, const void *data, size_t len)
{
	size_t *sent = ctx;

	(void)data;
	*sent += len;
	return 0;
}

static void feed_lines(struct gdb_server *s, const uint8_t *data, size_t size)
{
	struct buf packet = { 0 };
	const uint8_t *end = data + size, *line = data, *p;

	for (; line < end; line = p + 1) {
		p = memchr(line, '\n', (size_t)(end - line));
		if (!p)
			p = end;
		buf_clear(&packet);
		if (gdb_packet_append(&packet, line, (size_t)(p - line)) ||
		    gdb_server_take(s, packet.data, packet.len))
			break;
	}
	buf_deinit(&packet);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct fake fake;
	size_t sent = 0;
	const struct gdb_io io = { .ctx = &sent, .write = discard };
	struct gdb_server *s;

	fake_init(&fake);
	fake.max_steps = MAX_STEPS;
	if (gdb_server_create(&fake_ops, &fake, &io, &s))
		return 0;
	if (!gdb_server_take(s, data, size))
		feed_lines(s, data, size);
	gdb_server_destroy(s);
	return 0;
}
