/* SPDX-License-Identifier: MIT */
/* What the files of gdbserver/ share: the stub's state, and one function for
 * each packet. */
#pragma once

#include "gdbserver/hex.h"
#include "gdbserver/packet.h"
#include "gdbserver/registers.h"
#include "gdbserver/server.h"
#include "gdbserver/signals.h"

#define GDB_MAX_THREADS 4096
#define GDB_MAX_FILES 32

/* The kinds of Z packets. */
enum gdb_point_type {
	GDB_POINT_SOFTWARE,
	GDB_POINT_HARDWARE,
	GDB_POINT_WATCH_WRITE,
	GDB_POINT_WATCH_READ,
	GDB_POINT_WATCH_ACCESS,
	GDB_POINT_TYPES
};

struct gdb_point {
	enum gdb_point_type type;
	taddr_t addr;
	uint64_t bytes; /* of a watch; else 0 */
	struct buf conditions; /* of a breakpoint, see conditions.h */
};

struct gdb_server {
	const struct gdb_target_ops *ops;
	void *ctx;
	const struct gdb_io *io;

	struct gdb_packet_reader in;
	const uint8_t *rest; /* bytes behind the packet being done */
	size_t n_rest;
	struct buf reply; /* the payload of the answer */
	bool no_reply;	  /* the packet has no answer */
	struct buf out;	  /* the last answer as sent, in case gdb wants it again */

	bool no_ack, multiprocess;
	struct {
		bool swbreak, hwbreak, exec_events;
	} gdb_takes; /* as it said in qSupported */
	bool alive; /* there is a process */
	bool arriving; /* `run EVENT': the next continue ends where it begins */
	pid_t tid;  /* of g, p, m ... (Hg) */
	size_t next_thread; /* qsThreadInfo goes on there */
	struct gdb_stop stop; /* why the process stands where it stands */
	bool pass[GDB_SIGNALS]; /* QPassSignals: not worth a stop */

	struct gdb_registers registers;
	struct gdb_point *points;
	size_t n_points;
	int files[GDB_MAX_FILES]; /* vFile: descriptors, -1 where free */
	struct buf xfer; /* the object that qXfer reads piece by piece */
	int (*xfer_made_by)(struct gdb_server *s, struct text annex, struct buf *ret);

	taddr_t module_id_symbol; /* libc's _thread_db_link_map_l_tls_modid */
};

/*
 * A packet's function: args is what follows its name; the answer goes to
 * s->reply (empty so far). 0, or -errno, which gdb gets as "Exx";
 * -EOPNOTSUPP gives the empty answer, "I do not know this packet".
 */
typedef int gdb_command(struct gdb_server *s, struct text args);

/* commands.c */
int gdb_dispatch(struct gdb_server *s, struct text packet);
int gdb_reply(struct gdb_server *s, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* server.c */
/* Sends a packet now, besides the answer. */
int gdb_send(struct gdb_server *s, const struct buf *payload);
/* Whether an interrupt came behind the packet being done. */
bool gdb_interrupt_pending(const struct gdb_server *s);

/* data.c */
/* The lowest 64 bits of a register. */
int gdb_register_value(struct gdb_server *s, pid_t tid, size_t n, uint64_t *ret);

/* thread.c */
/* "pPID.TID" or "TID": *ret is 0 for any, -1 for all. */
bool gdb_take_thread(const struct gdb_server *s, struct text *t, pid_t *ret);
int gdb_append_thread(const struct gdb_server *s, pid_t tid, struct buf *out);
bool gdb_has_thread(const struct gdb_server *s, pid_t tid);
/* The thread that packets speak of: s->tid while it lives. */
pid_t gdb_current_thread(const struct gdb_server *s);

/* Appends the XML of qXfer:threads. */
int gdb_describe_threads(struct gdb_server *s, struct buf *out);

/* stop.c */
int gdb_reply_stop(struct gdb_server *s);
void gdb_started(struct gdb_server *s);

/* points.c */
bool gdb_has_breakpoint(const struct gdb_server *s, taddr_t pc, enum gdb_point_type *ret);
/* Whether a thread that comes to pc stops there. */
bool gdb_breaks_at(struct gdb_server *s, pid_t tid, taddr_t pc);
void gdb_remove_points(struct gdb_server *s);

/* files.c */
void gdb_close_files(struct gdb_server *s);

/* The packets, by file. */
gdb_command gdb_do_read_registers, gdb_do_read_register;
gdb_command gdb_do_write_registers, gdb_do_write_register;
gdb_command gdb_do_read_memory, gdb_do_read_binary, gdb_do_write_memory;
gdb_command gdb_do_insert, gdb_do_remove;
gdb_command gdb_do_select, gdb_do_alive, gdb_do_current, gdb_do_first_threads,
	gdb_do_next_threads, gdb_do_thread_info;
gdb_command gdb_do_reason, gdb_do_vcont, gdb_do_vcont_ask, gdb_do_continue, gdb_do_step,
	gdb_do_reverse;
gdb_command gdb_do_extended, gdb_do_detach, gdb_do_kill, gdb_do_vkill, gdb_do_vrun,
	gdb_do_restart, gdb_do_attached;
gdb_command gdb_do_supported, gdb_do_no_ack, gdb_do_pass_signals, gdb_do_program_signals;
gdb_command gdb_do_xfer, gdb_do_file, gdb_do_monitor, gdb_do_tls, gdb_do_symbol;
