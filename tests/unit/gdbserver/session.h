/* SPDX-License-Identifier: MIT */
/* A stub over the fake target, fed with packets and asked for its answers. */
#pragma once

#include "fake_target.h"
#include "gdbserver/packet.h"
#include "gdbserver/server.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

struct session {
	struct fake fake;
	struct gdb_io io;
	struct gdb_server *server;
	struct buf out;
};

static inline int session_write(void *ctx, const void *data, size_t len)
{
	struct session *s = ctx;

	return buf_append(&s->out, data, len);
}

static inline void session_start(struct session *s)
{
	memset(s, 0, sizeof(*s));
	fake_init(&s->fake);
	s->io = (struct gdb_io){ .ctx = s, .write = session_write };
	assert_int_equal(gdb_server_create(&fake_ops, &s->fake, &s->io, &s->server), 0);
}

static inline void session_end(struct session *s)
{
	gdb_server_destroy(s->server);
	buf_deinit(&s->out);
}

/* What the stub sent for these bytes, NUL-terminated. */
static inline const char *session_feed(struct session *s, const void *data, size_t len)
{
	buf_clear(&s->out);
	assert_int_equal(gdb_server_take(s->server, data, len), 0);
	assert_int_equal(buf_append(&s->out, "", 1), 0);
	s->out.len--;
	return (const char *)s->out.data;
}

static inline const char *session_send(struct session *s, const char *payload)
{
	struct buf packet = { 0 };
	const char *answer;

	assert_int_equal(gdb_packet_append(&packet, payload, strlen(payload)), 0);
	answer = session_feed(s, packet.data, packet.len);
	buf_deinit(&packet);
	return answer;
}

/* The answer to payload is reply, framed. Valid after multiprocess too. */
static inline void session_expect(struct session *s, const char *payload, const char *reply)
{
	const char *got = session_send(s, payload);
	struct buf packet = { 0 };

	assert_int_equal(gdb_packet_append(&packet, reply, strlen(reply)), 0);
	assert_int_equal(buf_append(&packet, "", 1), 0);
	if (*got == '+')
		got++;
	assert_string_equal(got, (const char *)packet.data);
	buf_deinit(&packet);
}

static inline void session_expect_prefix(struct session *s, const char *payload,
					 const char *prefix)
{
	const char *got = session_send(s, payload);

	if (*got == '+')
		got++;
	assert_int_equal(*got, '$');
	if (strncmp(got + 1, prefix, strlen(prefix)))
		assert_string_equal(got + 1, prefix);
}

/* As gdb begins. */
static inline void session_handshake(struct session *s)
{
	session_expect_prefix(s, "qSupported:multiprocess+;swbreak+;hwbreak+;exec-events+",
			      "PacketSize=10000;qXfer:features:read+");
}

/* The registers of a stop reply, up to the thread. */
#define AT(rip) "06:3333333333333333;07:f01f400000000000;10:" rip ";thread:p1f4.1f4;"
