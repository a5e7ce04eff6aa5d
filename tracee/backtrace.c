// SPDX-License-Identifier: MIT
// A task's chain of calls: libunwind walks the stack over the program's state,
// libdw gives functions, files and lines.
#include <elfutils/libdwfl.h>
#include <libunwind-ptrace.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tracee/os.h"
#include "tracee/task.h"

/* libunwind hands its own argument to the accessors when it reads tables, so the
 * task that is being unwound is kept here. */
static _Thread_local struct task *unwinding;

static int access_mem(unw_addr_space_t as, unw_word_t addr, unw_word_t *value, int write, void *arg)
{
	(void)as;
	(void)arg;
	if (write || os_read(unwinding->os_tid, addr, value, sizeof(*value)) != sizeof(*value))
		return -UNW_EINVAL;
	return 0;
}

static int access_reg(unw_addr_space_t as, unw_regnum_t reg, unw_word_t *value, int write,
		      void *arg)
{
	/* DWARF numbers RAX RDX RCX RBX RSI RDI RBP RSP. Source: psABI figure 3.36 */
	static const unsigned char number[8] = { 0, 2, 1, 3, 6, 7, 5, 4 };
	struct regs regs = unwinding->regs;

	(void)as;
	(void)arg;
	if (write || reg < 0 || reg > UNW_X86_64_RIP)
		return -UNW_EBADREG;
	*value = reg == UNW_X86_64_RIP ? regs.rip
				       : *regs_gpr(&regs, reg < 8 ? number[reg] : (unsigned)reg);
	return 0;
}

static int access_fpreg(unw_addr_space_t as, unw_regnum_t reg, unw_fpreg_t *value, int write,
			void *arg)
{
	(void)as;
	(void)reg;
	(void)value;
	(void)write;
	(void)arg;
	return -UNW_EBADREG;
}

static int no_resume(unw_addr_space_t as, unw_cursor_t *c, void *arg)
{
	(void)as;
	(void)c;
	(void)arg;
	return -UNW_EINVAL;
}

static Dwfl *open_symbols(pid_t os_tid)
{
	static const Dwfl_Callbacks callbacks = {
		.find_elf = dwfl_linux_proc_find_elf,
		.find_debuginfo = dwfl_standard_find_debuginfo,
	};
	Dwfl *dwfl = dwfl_begin(&callbacks);

	if (dwfl && (dwfl_linux_proc_report(dwfl, os_tid) || dwfl_report_end(dwfl, NULL, NULL))) {
		dwfl_end(dwfl);
		return NULL;
	}
	return dwfl;
}

static int print_line(Dwfl_Module *module, taddr_t pc, struct buf *out)
{
	Dwfl_Line *line = dwfl_module_getsrc(module, pc);
	const char *file;
	int number;

	if (!line)
		return 0;
	file = dwfl_lineinfo(line, NULL, &number, NULL, NULL, NULL);
	return file ? buf_printf(out, " at %s:%d", file, number) : 0;
}

static int print_frame(Dwfl *dwfl, unsigned n, taddr_t pc, struct buf *out)
{
	/* A return address is behind its call, maybe in the next line's code. */
	taddr_t look = n ? pc - 1 : pc;
	Dwfl_Module *module = dwfl ? dwfl_addrmodule(dwfl, look) : NULL;
	const char *function, *name;
	GElf_Off offset;
	GElf_Sym sym;
	int r;

	if (!module)
		return buf_printf(out, "#%u 0x%lx\n", n, pc);
	function = dwfl_module_addrinfo(module, look, &offset, &sym, NULL, NULL, NULL);
	name = dwfl_module_info(module, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
	if (name && strrchr(name, '/'))
		name = strrchr(name, '/') + 1;
	if (function)
		r = buf_printf(out, "#%u %s+%lu", n, function, offset + (pc - look));
	else
		r = buf_printf(out, "#%u 0x%lx", n, pc);
	if (!r)
		r = print_line(module, look, out);
	return r ? r : buf_printf(out, " (%s)\n", name ? name : "?");
}

static void walk(unw_addr_space_t as, void *upt, Dwfl *dwfl, unsigned max, struct buf *out)
{
	unw_cursor_t cursor;
	unw_word_t pc = 0;

	if (unw_init_remote(&cursor, as, upt))
		return;
	for (unsigned n = 0; n < max; n++) {
		if (unw_get_reg(&cursor, UNW_REG_IP, &pc) || !pc || print_frame(dwfl, n, pc, out) ||
		    unw_step(&cursor) <= 0)
			return;
	}
}

void task_backtrace(struct task *t, unsigned max_frames, struct buf *out)
{
	unw_accessors_t accessors = _UPT_accessors;
	unw_addr_space_t as;
	void *upt = _UPT_create(t->os_tid);
	Dwfl *dwfl = open_symbols(t->os_tid);

	accessors.access_mem = access_mem;
	accessors.access_reg = access_reg;
	accessors.access_fpreg = access_fpreg;
	accessors.resume = no_resume;
	as = unw_create_addr_space(&accessors, 0);
	unwinding = t;
	if (as && upt)
		walk(as, upt, dwfl, max_frames, out);
	if (as)
		unw_destroy_addr_space(as);
	if (upt)
		_UPT_destroy(upt);
	if (dwfl)
		dwfl_end(dwfl);
}
