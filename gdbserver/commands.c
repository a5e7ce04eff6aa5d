// SPDX-License-Identifier: MIT
// Which packet is which: one row each.
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "gdbserver/state.h"

struct command {
	const char *name;
	gdb_command *run;
	bool needs_process;
};

/* clang-format off */
static const struct command letters[] = {
	{ "!",                 gdb_do_extended,        false },
	{ "?",                 gdb_do_reason,          false },
	{ "b",                 gdb_do_reverse,         true  },
	{ "c",                 gdb_do_continue,        true  },
	{ "C",                 gdb_do_continue,        true  },
	{ "D",                 gdb_do_detach,          true  },
	{ "g",                 gdb_do_read_registers,  true  },
	{ "G",                 gdb_do_write_registers, true  },
	{ "H",                 gdb_do_select,          false },
	{ "k",                 gdb_do_kill,            false },
	{ "m",                 gdb_do_read_memory,     true  },
	{ "M",                 gdb_do_write_memory,    true  },
	{ "p",                 gdb_do_read_register,   true  },
	{ "P",                 gdb_do_write_register,  true  },
	{ "R",                 gdb_do_restart,         false },
	{ "s",                 gdb_do_step,            true  },
	{ "S",                 gdb_do_step,            true  },
	{ "T",                 gdb_do_alive,           true  },
	{ "x",                 gdb_do_read_binary,     true  },
	{ "X",                 gdb_do_write_memory,    true  },
	{ "z",                 gdb_do_remove,          true  },
	{ "Z",                 gdb_do_insert,          true  },
};

static const struct command words[] = {
	{ "QPassSignals",      gdb_do_pass_signals,    false },
	{ "QProgramSignals",   gdb_do_program_signals, false },
	{ "QStartNoAckMode",   gdb_do_no_ack,          false },
	{ "qAttached",         gdb_do_attached,        true  },
	{ "qC",                gdb_do_current,         true  },
	{ "qGetTLSAddr",       gdb_do_tls,             true  },
	{ "qRcmd",             gdb_do_monitor,         false },
	{ "qSupported",        gdb_do_supported,       false },
	{ "qSymbol",           gdb_do_symbol,          false },
	{ "qThreadExtraInfo",  gdb_do_thread_info,     true  },
	{ "qXfer",             gdb_do_xfer,            false },
	{ "qfThreadInfo",      gdb_do_first_threads,   false },
	{ "qsThreadInfo",      gdb_do_next_threads,    false },
	{ "vCont?",            gdb_do_vcont_ask,       false },
	{ "vCont",             gdb_do_vcont,           true  },
	{ "vFile",             gdb_do_file,            false },
	{ "vKill",             gdb_do_vkill,           true  },
	{ "vRun",              gdb_do_vrun,            false },
};
/* clang-format on */

static bool is_word(uint8_t first)
{
	return first == 'q' || first == 'Q' || first == 'v';
}

static bool name_ends(const struct text *t)
{
	return t->p == t->end || strchr(":;,?", *t->p);
}

static const struct command *find(struct text *t)
{
	bool word = is_word(*t->p);
	const struct command *table = word ? words : letters;
	size_t n = word ? ARRAY_SIZE(words) : ARRAY_SIZE(letters);

	for (size_t i = 0; i < n; i++) {
		struct text rest = *t;

		if (text_take_word(&rest, table[i].name) && (!word || name_ends(&rest))) {
			*t = rest;
			return &table[i];
		}
	}
	return NULL;
}

int gdb_dispatch(struct gdb_server *s, struct text packet)
{
	const struct command *c = text_left(&packet) ? find(&packet) : NULL;

	if (!c)
		return -EOPNOTSUPP;
	if (c->needs_process && !s->alive)
		return -ESRCH;
	return c->run(s, packet);
}

int gdb_reply(struct gdb_server *s, const char *format, ...)
{
	char text[512];
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (n < 0 || (size_t)n >= sizeof(text))
		return -EMSGSIZE;
	return buf_append(&s->reply, text, (size_t)n);
}
