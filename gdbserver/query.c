// SPDX-License-Identifier: MIT
// What each side can do, and settings.
#include <errno.h>
#include <string.h>

#include "gdbserver/state.h"

static const char features[] = "qXfer:features:read+;qXfer:auxv:read+;qXfer:siginfo:read+;"
			       "qXfer:exec-file:read+;qXfer:threads:read+;multiprocess+;"
			       "vContSupported+;swbreak+;hwbreak+;exec-events+;"
			       "QStartNoAckMode+;QPassSignals+;QProgramSignals+;"
			       "ConditionalBreakpoints+;binary-upload+";

static bool equals(struct text t, const char *word)
{
	return text_take_word(&t, word) && !text_left(&t);
}

static void note_feature(struct gdb_server *s, struct text feature)
{
	if (equals(feature, "multiprocess+"))
		s->multiprocess = true;
	else if (equals(feature, "swbreak+"))
		s->gdb_takes.swbreak = true;
	else if (equals(feature, "hwbreak+"))
		s->gdb_takes.hwbreak = true;
	else if (equals(feature, "exec-events+"))
		s->gdb_takes.exec_events = true;
}

int gdb_do_supported(struct gdb_server *s, struct text args)
{
	int err;

	s->multiprocess = false;
	memset(&s->gdb_takes, 0, sizeof(s->gdb_takes));
	text_take(&args, ':');
	do {
		note_feature(s, text_take_until(&args, ';'));
	} while (text_take(&args, ';'));
	err = gdb_reply(s, "PacketSize=%x;%s", GDB_PACKET_BYTES, features);
	if (!err && s->ops->reverse)
		err = gdb_reply(s, ";ReverseContinue+;ReverseStep+");
	return err;
}

int gdb_do_no_ack(struct gdb_server *s, struct text args)
{
	(void)args;
	s->no_ack = true;
	return gdb_reply(s, "OK");
}

/* ":NUMBER;NUMBER...": gdb's numbers of signals. */
int gdb_do_pass_signals(struct gdb_server *s, struct text args)
{
	bool pass[GDB_SIGNALS] = { false };
	uint64_t number;

	if (!text_take(&args, ':'))
		return -EINVAL;
	while (text_left(&args)) {
		if (!text_take_hex(&args, &number))
			return -EINVAL;
		if (number < GDB_SIGNALS)
			pass[number] = true;
		if (!text_take(&args, ';') && text_left(&args))
			return -EINVAL;
	}
	memcpy(s->pass, pass, sizeof(pass));
	return gdb_reply(s, "OK");
}

/* Which signals the program gets was decided when it was recorded. */
int gdb_do_program_signals(struct gdb_server *s, struct text args)
{
	(void)args;
	return gdb_reply(s, "OK");
}
