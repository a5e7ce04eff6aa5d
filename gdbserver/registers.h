/* SPDX-License-Identifier: MIT */
/*
 * The registers as gdb numbers them: a target description in XML, and the bytes
 * of each register out of the general registers and an XSAVE image.
 *
 * Which features the description has depends on XCR0: core, sse, linux and
 * segments always; avx, avx512 and pkeys when the recorded machine had them.
 *
 * Source: gdb's manual, "Target Descriptions", i386 features; Intel SDM vol. 1,
 * chapter 13 (XSAVE-managed state).
 */
#pragma once

#include "gdbserver/target.h"

#define GDB_MAX_REGISTERS 160
#define GDB_MAX_REGISTER_BYTES 32

/* The numbers of those that packets treat by themselves. */
enum { GDB_REG_RBP = 6, GDB_REG_RSP = 7, GDB_REG_RIP = 16, GDB_REG_ORIG_RAX = 57 };

struct gdb_register {
	const struct gdb_register_family *family;
	uint8_t index; /* in the family */
};

struct gdb_registers {
	struct gdb_xsave_layout layout;
	struct gdb_register list[GDB_MAX_REGISTERS];
	size_t n;
	struct buf xml; /* target.xml */
};

/* -ENOMEM */
int gdb_registers_init(struct gdb_registers *g, const struct gdb_xsave_layout *layout)
	must_check;
void gdb_registers_deinit(struct gdb_registers *g);

/* Appends register n in hex, or "xx..." when the image does not hold it. -EINVAL:
 * there is no such register. -ENOMEM */
int gdb_registers_append(const struct gdb_registers *g, size_t n, const struct regs *regs,
			 const struct buf *xstate, struct buf *out) must_check;

/* Whether register n comes from the general registers, so that no XSAVE image is
 * needed for it. */
bool gdb_register_general(const struct gdb_registers *g, size_t n);
