/* SPDX-License-Identifier: MIT */
/*
 * Packets of the gdb remote protocol as bytes; no sockets, no commands.
 *
 *	$m7ffe0000,10#d3	a packet: payload, and its sum modulo 256 in hex
 *	+  -			its receipt: good, please again
 *	0x03			an interrupt, between packets
 *	}X			in a payload: the byte X ^ 0x20 ('$', '#', '}', '*')
 *
 * Source: "The GDB Remote Serial Protocol", Overview.
 */
#pragma once

#include <stdbool.h>

#include "common/buf.h"

/* The longest packet taken and sent, as qSupported's PacketSize says: payload
 * as it is on the wire. */
#define GDB_PACKET_BYTES 0x10000

enum gdb_packet_event {
	GDB_PACKET_NOTHING,   /* more bytes are needed */
	GDB_PACKET_COMPLETE,  /* reader.payload is one */
	GDB_PACKET_BAD,	      /* its checksum is wrong: wants a '-' */
	GDB_PACKET_TOO_LONG,  /* complete and intact, but payload was dropped */
	GDB_PACKET_ACK,
	GDB_PACKET_NAK,
	GDB_PACKET_INTERRUPT,
};

/* { 0 } is a reader between packets. */
struct gdb_packet_reader {
	struct buf payload; /* unescaped */
	unsigned state;
	uint8_t sum, claimed;
	size_t taken;	/* payload bytes on the wire */
	bool bad_digit;
};

void gdb_packet_reader_deinit(struct gdb_packet_reader *r);

/* Takes one byte. After GDB_PACKET_COMPLETE payload stays valid until the next
 * byte. -ENOMEM */
int gdb_packet_take(struct gdb_packet_reader *r, uint8_t byte,
		    enum gdb_packet_event *ret) must_check;

/* Appends a packet with this payload to out. -ENOMEM */
int gdb_packet_append(struct buf *out, const void *payload, size_t len) must_check;

/* How many of the first len bytes of data fit a payload of at most room bytes
 * when escaped. */
size_t gdb_packet_fitting(const void *data, size_t len, size_t room);
