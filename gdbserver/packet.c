// SPDX-License-Identifier: MIT
#include "gdbserver/packet.h"

#include "gdbserver/hex.h"

enum { BETWEEN, PAYLOAD, ESCAPED, SUM_HIGH, SUM_LOW };

void gdb_packet_reader_deinit(struct gdb_packet_reader *r)
{
	buf_deinit(&r->payload);
}

static void start(struct gdb_packet_reader *r)
{
	buf_clear(&r->payload);
	r->state = PAYLOAD;
	r->sum = 0;
	r->claimed = 0;
	r->taken = 0;
	r->bad_digit = false;
}

static enum gdb_packet_event take_between(struct gdb_packet_reader *r, uint8_t byte)
{
	switch (byte) {
	case '$':
		start(r);
		return GDB_PACKET_NOTHING;
	case '+':
		return GDB_PACKET_ACK;
	case '-':
		return GDB_PACKET_NAK;
	case 0x03:
		return GDB_PACKET_INTERRUPT;
	default:
		return GDB_PACKET_NOTHING;
	}
}

static int take_payload(struct gdb_packet_reader *r, uint8_t byte)
{
	r->sum = (uint8_t)(r->sum + byte);
	r->taken++;
	if (r->state == PAYLOAD && byte == '}') {
		r->state = ESCAPED;
		return 0;
	}
	if (r->state == ESCAPED)
		byte ^= 0x20;
	r->state = PAYLOAD;
	if (r->taken > GDB_PACKET_BYTES)
		return 0;
	return buf_append(&r->payload, &byte, 1);
}

static void take_sum(struct gdb_packet_reader *r, uint8_t byte)
{
	int digit = hex_digit(byte);

	if (digit < 0)
		r->bad_digit = true;
	else
		r->claimed = (uint8_t)(r->claimed << 4 | digit);
}

static enum gdb_packet_event finish(const struct gdb_packet_reader *r)
{
	if (r->bad_digit || r->claimed != r->sum)
		return GDB_PACKET_BAD;
	return r->taken > GDB_PACKET_BYTES ? GDB_PACKET_TOO_LONG : GDB_PACKET_COMPLETE;
}

static int take_inside(struct gdb_packet_reader *r, uint8_t byte)
{
	/* An unescaped '$' never stands inside: the rest of a packet was lost. */
	if (byte == '$') {
		start(r);
		return 0;
	}
	if (byte == '#') {
		r->state = SUM_HIGH;
		return 0;
	}
	return take_payload(r, byte);
}

int gdb_packet_take(struct gdb_packet_reader *r, uint8_t byte, enum gdb_packet_event *ret)
{
	enum gdb_packet_event event = GDB_PACKET_NOTHING;
	int err = 0;

	switch (r->state) {
	case BETWEEN:
		event = take_between(r, byte);
		break;
	case PAYLOAD:
	case ESCAPED:
		err = take_inside(r, byte);
		break;
	case SUM_HIGH:
		take_sum(r, byte);
		r->state = SUM_LOW;
		break;
	default:
		take_sum(r, byte);
		r->state = BETWEEN;
		event = finish(r);
	}
	if (!err)
		*ret = event;
	return err;
}

/* '*' too: in what the stub sends it would begin a run of equal bytes. */
static bool must_escape(uint8_t byte)
{
	return byte == '$' || byte == '#' || byte == '}' || byte == '*';
}

int gdb_packet_append(struct buf *out, const void *payload, size_t len)
{
	const uint8_t *from = payload;
	uint8_t *to, *p, sum = 0;
	int err = buf_extend(out, 2 * len + 4, &to);

	if (err)
		return err;
	p = to;
	*p++ = '$';
	for (size_t i = 0; i < len; i++) {
		bool escape = must_escape(from[i]);

		if (escape)
			*p++ = '}';
		*p++ = escape ? from[i] ^ 0x20 : from[i];
	}
	for (const uint8_t *q = to + 1; q < p; q++)
		sum = (uint8_t)(sum + *q);
	*p++ = '#';
	*p++ = (uint8_t)hex_digits[sum >> 4];
	*p++ = (uint8_t)hex_digits[sum & 15];
	out->len -= 2 * len + 4 - (size_t)(p - to);
	return 0;
}

size_t gdb_packet_fitting(const void *data, size_t len, size_t room)
{
	const uint8_t *p = data;
	size_t i;

	for (i = 0; i < len; i++) {
		size_t need = must_escape(p[i]) ? 2 : 1;

		if (need > room)
			break;
		room -= need;
	}
	return i;
}
