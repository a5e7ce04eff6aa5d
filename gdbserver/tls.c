// SPDX-License-Identifier: MIT
/*
 * Where thread-local variables are (`print errno`). glibc's layout: the thread
 * pointer is FS base; behind it lies the thread's table of TLS blocks, one
 * entry of two words a module; the number of a module stands in its link_map at
 * an offset that libc tells debuggers by a symbol, which gdb looks up for us.
 *
 *	struct link_map (from gdb)  -> l_tls_modid
 *	FS base + 8 -> dtv; dtv[l_tls_modid][0] + offset (from gdb) = the variable
 *
 * Source: glibc nptl_db/structs.def, sysdeps/x86_64/nptl/tls.h.
 */
#include <errno.h>
#include <string.h>

#include "gdbserver/state.h"

#define DTV_OF_TCB 8
#define DTV_ENTRY_BYTES 16
#define MAIN_MODULE 1

static const char symbol[] = "_thread_db_link_map_l_tls_modid";

/* "::" when gdb read new symbols; ":VALUE:NAME" answers the question. */
int gdb_do_symbol(struct gdb_server *s, struct text args)
{
	uint64_t value;
	int err;

	if (text_take_word(&args, "::") && !text_left(&args)) {
		err = gdb_reply(s, "qSymbol:");
		return err ? err : hex_append(&s->reply, symbol, strlen(symbol));
	}
	if (text_take(&args, ':') && text_take_hex(&args, &value) && text_take(&args, ':'))
		s->module_id_symbol = value;
	return gdb_reply(s, "OK");
}

static bool read_exactly(struct gdb_server *s, taddr_t addr, void *ret, size_t len)
{
	return s->ops->read(s->ctx, addr, ret, len) == len;
}

static int module_id(struct gdb_server *s, taddr_t link_map, uint64_t *ret)
{
	uint32_t field[3]; /* bits, elements, offset */

	*ret = MAIN_MODULE;
	if (!link_map) /* a static program has no other */
		return 0;
	if (!s->module_id_symbol)
		return -ENOENT;
	if (!read_exactly(s, s->module_id_symbol, field, sizeof(field)) || field[0] != 64 ||
	    !read_exactly(s, link_map + field[2], ret, sizeof(*ret)))
		return -EFAULT;
	return *ret && *ret < UINT32_MAX ? 0 : -ENOENT;
}

static int block_address(struct gdb_server *s, pid_t tid, uint64_t module, taddr_t *ret)
{
	struct regs regs;
	taddr_t dtv;
	int err = s->ops->regs(s->ctx, tid, &regs);

	if (err)
		return err;
	if (!read_exactly(s, regs.fs_base + DTV_OF_TCB, &dtv, sizeof(dtv)) ||
	    !read_exactly(s, dtv + module * DTV_ENTRY_BYTES, ret, sizeof(*ret)))
		return -EFAULT;
	/* The thread has not touched this module's variables yet. */
	return *ret == UINT64_MAX ? -ENOENT : 0;
}

/* ":THREAD,OFFSET,LINK_MAP" */
int gdb_do_tls(struct gdb_server *s, struct text args)
{
	uint64_t offset, link_map, module;
	taddr_t block;
	pid_t tid;
	int err;

	if (!text_take(&args, ':') || !gdb_take_thread(s, &args, &tid) ||
	    !text_take(&args, ',') || !text_take_pair(&args, &offset, &link_map))
		return -EINVAL;
	if (!gdb_has_thread(s, tid))
		return -ESRCH;
	err = module_id(s, link_map, &module);
	if (!err)
		err = block_address(s, tid, module, &block);
	return err ? err : gdb_reply(s, "%llx", (unsigned long long)(block + offset));
}
