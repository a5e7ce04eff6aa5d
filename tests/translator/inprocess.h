/* SPDX-License-Identifier: MIT */
/*
 * Runs translated code in the test's own process: deja's memory is mapped at its
 * fixed addresses here, and the stop entries lead back to the test instead of to
 * a gate. Code can be run natively the same way, for comparison.
 */
#pragma once

#include <stdalign.h>

#include "translator/translator.h"

#define CPU_XSTATE_BYTES 4096

/* Code under test, named by the labels in it. */
#define CODE(name, text) \
	extern const uint8_t name[]; \
	__asm__(".pushsection .text\n.balign 16\n" #name ":\n" text "\n.popsection\n")
#define LABEL(name) extern const uint8_t name[]
#define END "jmp inprocess_native_end\n"

static inline taddr_t at(const void *code)
{
	return (taddr_t)code;
}

struct cpu {
	alignas(64) uint8_t xstate[CPU_XSTATE_BYTES]; /* XSAVE, standard format */
	struct regs r; /* rip: where it runs next */
};

/* The registers of the caller, with a stack of its own and flags cleared. */
void cpu_init(struct cpu *c);

/* Maps the shadow that the stack below top has, of which so many bytes are going to be
 * used. False: there is no room. */
bool inprocess_map_shadow(taddr_t top, size_t bytes);

/* Where native code jumps to stop, and where translated code has a breakpoint. */
taddr_t inprocess_end(void);

/* Runs natively from c->r.rip until it jumps to inprocess_end() or faults;
 * returns the signal, 0: none. */
int inprocess_native(struct cpu *c);

/* Maps everything (once a process) and makes a dbt whose code is this process's. */
struct dbt *inprocess_create(const struct dbt_config *config);
void inprocess_destroy(struct dbt *d);

/* Where the second zone lies: within 2 GiB of addresses near it. */
extern taddr_t inprocess_near;

/* Enters translated code at c->r.rip and returns at the next stop. At a fault
 * returns the signal, and c has the machine's registers; else 0. */
int inprocess_run(struct dbt *d, struct cpu *c, enum dbt_variant variant,
		   struct dbt_stop *ret);

/* Pages counted as not executable: fetch gives nothing there. */
extern taddr_t inprocess_noexec_page;
extern struct rt_state *inprocess_state;

/* Runs f(a, b, c) translated; system calls are made for it. Returns its RAX. */
uint64_t inprocess_call(struct dbt *d, const void *f, uint64_t a, uint64_t b, uint64_t c);
