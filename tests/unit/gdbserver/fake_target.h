/* SPDX-License-Identifier: MIT */
/*
 * A program in memory for the stub: a static ELF file, a processor that knows
 * seven instructions, and one thread. Small enough to say by heart what each
 * packet must answer.
 *
 *	401000	nop
 *	401001	nop
 *	401002	incl	0x401800
 *	401009	nop
 *	40100a	ud2			SIGILL comes; its handler skips the ud2
 *	40100c	nop
 *	40100d	incl	0x401800
 *	401014	syscall			a new image (of the same kind)
 *	401016	hlt			exits with status 7
 *	401100	jmp	.		until it is interrupted
 *	401200	int1			the recording ends
 *	401300	(d6)			the replay cannot go on
 */
#pragma once

#include <elf.h>
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "gdbserver/target.h"

#define FAKE_PID 0x1f4
#define FAKE_BASE 0x400000ull
#define FAKE_CODE 0x401000ull
#define FAKE_DATA 0x401800ull
#define FAKE_BYTES 0x2000
#define FAKE_LOOP 0x401100ull
#define FAKE_END 0x401200ull
#define FAKE_BROKEN 0x401300ull
#define FAKE_PATH "/fake/program"
#define FAKE_XSTATE_BYTES 2696
#define FAKE_POINTS 16

struct fake {
	uint8_t memory[FAKE_BYTES];
	struct regs regs;
	uint8_t xstate[FAKE_XSTATE_BYTES];
	bool gone;
	uint64_t steps;
	uint64_t max_steps; /* then a continue ends the recording; 0: never */
	atomic_bool interrupted;

	taddr_t breakpoints[FAKE_POINTS];
	size_t n_breakpoints;
	struct fake_watch {
		taddr_t addr;
		size_t len;
		enum gdb_watch_type type;
	} watches[FAKE_POINTS];
	size_t n_watches;
};

static inline void fake_put_elf(struct fake *f)
{
	const Elf64_Ehdr e = {
		.e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT },
		.e_type = ET_EXEC,
		.e_machine = EM_X86_64,
		.e_version = EV_CURRENT,
		.e_entry = FAKE_CODE,
		.e_phoff = sizeof(Elf64_Ehdr),
		.e_ehsize = sizeof(Elf64_Ehdr),
		.e_phentsize = sizeof(Elf64_Phdr),
		.e_phnum = 1,
		.e_shentsize = sizeof(Elf64_Shdr),
	};
	const Elf64_Phdr p = {
		.p_type = PT_LOAD,
		.p_flags = PF_R | PF_W | PF_X,
		.p_vaddr = FAKE_BASE,
		.p_paddr = FAKE_BASE,
		.p_filesz = FAKE_BYTES,
		.p_memsz = FAKE_BYTES,
		.p_align = 0x1000,
	};

	memcpy(f->memory, &e, sizeof(e));
	memcpy(f->memory + sizeof(e), &p, sizeof(p));
}

static inline void fake_put_code(struct fake *f)
{
	static const uint8_t code[] = {
		0x90, 0x90,
		0xff, 0x04, 0x25, 0x00, 0x18, 0x40, 0x00,
		0x90,
		0x0f, 0x0b,
		0x90,
		0xff, 0x04, 0x25, 0x00, 0x18, 0x40, 0x00,
		0x0f, 0x05,
		0xf4,
	};

	memcpy(f->memory + 0x1000, code, sizeof(code));
	memcpy(f->memory + 0x1100, "\xeb\xfe", 2);
	f->memory[0x1200] = 0xf1;
	f->memory[0x1300] = 0xd6;
}

static inline void fake_put_xstate(struct fake *f)
{
	const uint64_t in_use = 0x2e7;

	/* Each byte tells where it stands. */
	for (size_t i = 0; i < sizeof(f->xstate); i++)
		f->xstate[i] = (uint8_t)(i / 8);
	memcpy(f->xstate + 512, &in_use, sizeof(in_use));
}

static inline void fake_reset(struct fake *f)
{
	f->gone = false;
	f->steps = 0;
	f->regs = (struct regs){
		.rax = 0x1111111111111111, .rbx = 0x2222222222222222,
		.rbp = 0x3333333333333333, .rsp = FAKE_BASE + FAKE_BYTES - 16,
		.rip = FAKE_CODE, .eflags = 0x246, .cs = 0x33, .ss = 0x2b,
		.orig_rax = UINT64_MAX, .fs_base = 0x401900, .gs_base = 0x5555,
	};
}

static inline void fake_init(struct fake *f)
{
	memset(f, 0, sizeof(*f));
	fake_put_elf(f);
	fake_put_code(f);
	fake_put_xstate(f);
	fake_reset(f);
}

static inline pid_t fake_process(void *ctx)
{
	(void)ctx;
	return FAKE_PID;
}

static inline size_t fake_threads(void *ctx, pid_t *ret, size_t max)
{
	const struct fake *f = ctx;

	if (f->gone || !max)
		return 0;
	ret[0] = FAKE_PID;
	return 1;
}

static inline const char *fake_exec_file(void *ctx)
{
	(void)ctx;
	return FAKE_PATH;
}

static inline int fake_auxv(void *ctx, struct buf *ret)
{
	const uint64_t auxv[] = { AT_PHDR, FAKE_BASE + sizeof(Elf64_Ehdr), AT_PHENT,
				  sizeof(Elf64_Phdr), AT_PHNUM, 1, AT_PAGESZ, 4096,
				  AT_ENTRY, FAKE_CODE, AT_NULL, 0 };

	(void)ctx;
	return buf_append(ret, auxv, sizeof(auxv));
}

static inline void fake_xsave_layout(void *ctx, struct gdb_xsave_layout *ret)
{
	(void)ctx;
	*ret = (struct gdb_xsave_layout){ .xcr0 = 0x2e7 };
	ret->offset[2] = 576;
	ret->offset[5] = 1088;
	ret->offset[6] = 1152;
	ret->offset[7] = 1664;
	ret->offset[9] = 2688;
}

static inline int fake_regs(void *ctx, pid_t tid, struct regs *ret)
{
	const struct fake *f = ctx;

	if (f->gone || tid != FAKE_PID)
		return -ESRCH;
	*ret = f->regs;
	return 0;
}

static inline int fake_xstate(void *ctx, pid_t tid, struct buf *ret)
{
	const struct fake *f = ctx;

	if (f->gone || tid != FAKE_PID)
		return -ESRCH;
	return buf_append(ret, f->xstate, sizeof(f->xstate));
}

static inline size_t fake_read(void *ctx, taddr_t addr, void *ret, size_t len)
{
	const struct fake *f = ctx;

	if (addr < FAKE_BASE || addr >= FAKE_BASE + FAKE_BYTES)
		return 0;
	if (len > FAKE_BASE + FAKE_BYTES - addr)
		len = FAKE_BASE + FAKE_BYTES - addr;
	memcpy(ret, f->memory + (addr - FAKE_BASE), len);
	return len;
}

static inline int fake_set_breakpoint(void *ctx, taddr_t pc, bool set)
{
	struct fake *f = ctx;

	if (set && f->n_breakpoints == FAKE_POINTS)
		return -ENOSPC;
	if (set)
		f->breakpoints[f->n_breakpoints++] = pc;
	for (size_t i = 0; !set && i < f->n_breakpoints; i++)
		if (f->breakpoints[i] == pc) {
			f->breakpoints[i] = f->breakpoints[--f->n_breakpoints];
			return 0;
		}
	return set ? 0 : -ENOENT;
}

static inline int fake_set_watch(void *ctx, taddr_t addr, size_t len,
				 enum gdb_watch_type type, bool set)
{
	struct fake *f = ctx;

	if (set && f->n_watches == FAKE_POINTS)
		return -ENOSPC;
	if (set)
		f->watches[f->n_watches++] = (struct fake_watch){ addr, len, type };
	for (size_t i = 0; !set && i < f->n_watches; i++)
		if (f->watches[i].addr == addr && f->watches[i].type == type) {
			f->watches[i] = f->watches[--f->n_watches];
			return 0;
		}
	return set ? 0 : -ENOENT;
}

static inline bool fake_breaks(const struct fake *f)
{
	for (size_t i = 0; i < f->n_breakpoints; i++)
		if (f->breakpoints[i] == f->regs.rip)
			return true;
	return false;
}

/* incl FAKE_DATA, the only access to memory there is */
static inline void fake_increment(struct fake *f, struct gdb_stop *stop)
{
	f->memory[FAKE_DATA - FAKE_BASE]++;
	f->regs.rip += 7;
	for (size_t i = 0; i < f->n_watches; i++) {
		const struct fake_watch *w = &f->watches[i];

		if (w->addr <= FAKE_DATA + 3 && FAKE_DATA < w->addr + w->len) {
			stop->kind = GDB_STOP_WATCH;
			stop->watch_addr = w->addr;
			stop->watch_type = w->type;
		}
	}
}

static inline void fake_illegal(struct fake *f, struct gdb_stop *stop)
{
	siginfo_t info = { .si_signo = SIGILL, .si_code = ILL_ILLOPN };

	stop->kind = GDB_STOP_SIGNAL;
	stop->signo = SIGILL;
	memcpy(stop->siginfo, &info, sizeof(info));
	f->regs.rip += 2;
}

/* One instruction; stop->kind stays PLAIN when nothing happened. */
static inline int fake_step(struct fake *f, struct gdb_stop *stop)
{
	uint8_t insn[2] = { 0xf1, 0 };

	f->steps++;
	fake_read(f, f->regs.rip, insn, sizeof(insn));
	switch (insn[0]) {
	case 0x90:
		f->regs.rip++;
		return 0;
	case 0xff:
		fake_increment(f, stop);
		return 0;
	case 0xeb:
		f->regs.rip += 2 + (uint64_t)(int8_t)insn[1];
		return 0;
	case 0xf4:
		f->gone = true;
		stop->kind = GDB_STOP_GONE;
		stop->status = 7 << 8;
		return 0;
	case 0x0f:
		if (insn[1] == 0x0b) {
			fake_illegal(f, stop);
			return 0;
		}
		stop->kind = GDB_STOP_EXEC;
		f->regs.rip += 2;
		return 0;
	case 0xd6:
		return fail(-EILSEQ, "the replay diverged at event 7");
	default:
		stop->kind = GDB_STOP_END;
		return 0;
	}
}

static inline int fake_resume(void *ctx, enum gdb_resume_kind kind, pid_t tid,
			      struct gdb_stop *ret)
{
	struct fake *f = ctx;
	struct gdb_stop stop = { .kind = GDB_STOP_PLAIN, .tid = tid };
	int err;

	do {
		err = fake_step(f, &stop);
		if (err)
			return err;
		if (kind == GDB_RESUME_STEP || stop.kind != GDB_STOP_PLAIN)
			break;
		if (fake_breaks(f))
			stop.kind = GDB_STOP_BREAKPOINT;
		else if (atomic_exchange(&f->interrupted, false))
			stop.kind = GDB_STOP_INTERRUPTED;
		else if (f->max_steps && f->steps >= f->max_steps)
			stop.kind = GDB_STOP_END;
	} while (stop.kind == GDB_STOP_PLAIN);
	*ret = stop;
	return 0;
}

static inline void fake_interrupt(void *ctx)
{
	struct fake *f = ctx;

	atomic_store(&f->interrupted, true);
}

static inline void fake_place(void *ctx, struct gdb_place *ret)
{
	const struct fake *f = ctx;

	*ret = (struct gdb_place){ .event = 7, .tid = FAKE_PID, .ticks = f->steps };
}

static inline int fake_restart(void *ctx)
{
	struct fake *f = ctx;

	fake_reset(f);
	memset(f->memory + (FAKE_DATA - FAKE_BASE), 0, 4);
	return 0;
}

static inline int fake_go_to(void *ctx, const struct gdb_place *place)
{
	struct fake *f = ctx;
	int err = fake_restart(f);

	f->regs.rip += place->event;
	return place->event > 2 ? -ERANGE : err;
}

static inline int fake_open_file(void *ctx, const char *path, int *ret)
{
	const struct fake *f = ctx;
	int fd;

	if (strcmp(path, FAKE_PATH))
		return -ENOENT;
	fd = memfd_create("fake", MFD_CLOEXEC);
	if (fd < 0 || write(fd, f->memory, FAKE_BYTES) != FAKE_BYTES)
		return -EIO;
	*ret = fd;
	return 0;
}

static inline int fake_read_link(void *ctx, const char *path, struct buf *ret)
{
	(void)ctx;
	if (strcmp(path, "/fake/link"))
		return -EINVAL;
	return buf_append(ret, FAKE_PATH, strlen(FAKE_PATH));
}

static const struct gdb_target_ops fake_ops = {
	.process = fake_process,
	.threads = fake_threads,
	.exec_file = fake_exec_file,
	.auxv = fake_auxv,
	.xsave_layout = fake_xsave_layout,
	.regs = fake_regs,
	.xstate = fake_xstate,
	.read = fake_read,
	.set_breakpoint = fake_set_breakpoint,
	.set_watch = fake_set_watch,
	.resume = fake_resume,
	.interrupt = fake_interrupt,
	.place = fake_place,
	.go_to = fake_go_to,
	.restart = fake_restart,
	.open_file = fake_open_file,
	.read_link = fake_read_link,
};
