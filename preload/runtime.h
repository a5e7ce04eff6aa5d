/* SPDX-License-Identifier: MIT */
/*
 * Where deja's own memory lies inside the tracee, and the layout of the state
 * page. Shared by the code that runs there (runtime.S, translated code) and by
 * the supervisor. Everything lies below 2 GiB, so that one 32-bit absolute
 * displacement reaches it from any code cache.
 *
 *	RT_CODE    runtime.S: the gates and the lookup; RT_ANSWERS r-x, one for all
 *	RT_STATE   struct rt_state                                rw-, one per space
 *	RT_L1      first-level table of indirect targets          rw-, one per space
 *	RT_RETURNS where returns go, by their stack pointer       rw-, one per space
 *	RT_BUFFER  system calls that were made without a stop     rw-, one per space
 *	RT_ZONE    the low code cache zone                        r-x
 *
 * but for the shadow of the stack, which lies at a fixed distance below it.
 */
#pragma once

#define RT_BASE 0x70000000
#define RT_CODE RT_BASE
#define RT_CODE_BYTES 0x2000 /* runtime.S, and a page of RT_ANSWERS */
#define RT_ANSWERS (RT_CODE + 0x1000) /* struct rt_answers */
#define RT_MAX_ANSWERS 127
#define RT_STATE (RT_BASE + 0x10000)
#define RT_STATE_BYTES 0x1000
#define RT_L1 (RT_STATE + RT_STATE_BYTES)
#define RT_L1_MIN_ENTRIES 4096 /* it grows with the second level */
#define RT_L1_MAX_ENTRIES 65536
#define RT_L1_BYTES (RT_L1_MAX_ENTRIES * 8)
#define RT_RETURNS (RT_L1 + RT_L1_BYTES)
#define RT_RETURN_ENTRIES 65536 /* at most */
#define RT_RETURNS_BYTES (RT_RETURN_ENTRIES * 8)
#define RT_BUFFER (RT_RETURNS + RT_RETURNS_BYTES) /* struct rt_call, one behind the other */
#define RT_BUFFER_BYTES 0x40000
/* The state page, the tables and the buffer are one shared mapping of this size. */
#define RT_PRIVATE_BYTES (RT_BUFFER + RT_BUFFER_BYTES - RT_STATE)
#define RT_ZONE (RT_BASE + 0x1000000)
#define RT_ZONE_BYTES 0x4000000
#define RT_END (RT_ZONE + RT_ZONE_BYTES)

/*
 * The shadow of the stack: what is at address a of [RT_STACK, RT_STACK_END), the top of
 * the address space, has its shadow at a - RT_SHADOW_BELOW. Where the program's stack
 * holds a return address, the shadow holds where that is translated, or what an unused
 * entry has. The distance is no multiple of 4096: a load would wait for the store to the
 * other place with the same low bits. So the shadow ends where the one of the kernel's
 * topmost page for a stack does. RT_SHADOW_GUARD bytes on both sides are not accessible.
 * Measured: 80 million calls and returns take 1.2 s with a multiple of 4096, 0.13 s so
 */
#define RT_STACK_END 0x800000000000
#define RT_STACK_BYTES 0x200000
#define RT_STACK (RT_STACK_END - RT_STACK_BYTES)
#define RT_SHADOW_BELOW 0x4ffff740
#define RT_SHADOW ((RT_STACK - RT_SHADOW_BELOW) & ~0xfff)
#define RT_SHADOW_BYTES RT_STACK_BYTES
#define RT_SHADOW_GUARD 0x1000000
/* With the guards: what is taken from the program. */
#define RT_SHADOW_RANGE (RT_SHADOW - RT_SHADOW_GUARD)
#define RT_SHADOW_RANGE_BYTES (RT_SHADOW_BYTES + 2 * RT_SHADOW_GUARD)

/*
 * The gates in runtime.S: fixed addresses, each a SYSCALL instruction. The
 * seccomp filter lets RT_GATE_UNTRACED through and stops all others, so the
 * supervisor tells by RIP (the gate + 2) why the tracee stopped.
 */
#define RT_GATE_UNTRACED (RT_CODE + 0x00) /* syscall, then RT_CALLED */
#define RT_GATE_TRACED (RT_CODE + 0x40)	  /* the program's own system calls */
#define RT_GATE_STOP (RT_CODE + 0x80)	  /* a stop: translated code left */
#define RT_GATE_INJECT (RT_CODE + 0xc0)	  /* calls the supervisor injects */

/* Other entries of runtime.S. */
#define RT_UNDEFINED (RT_CODE + 0xd0) /* UD2: raises SIGILL as it should be */
#define RT_SYSCALL (RT_CODE + 0x30) /* saves rcx, r11, then RT_GATE_TRACED */
#define RT_STOP (RT_CODE + 0x140)   /* saves rax, rcx, r11, then RT_GATE_STOP */
#define RT_LOOKUP_MISS (RT_CODE + 0x180) /* rcx = target - pc, rdx = -pc */
/* What an unused entry of the shadow or RT_RETURNS has: a RET, rcx = its stack pointer,
 * rcx is in its slot. */
#define RT_RETURN (RT_CODE + 0x18f)
#define RT_RETURN_LOADS (RT_RETURN + 4) /* its target, from the stack: may fault */
#define RT_LOOKUP (RT_CODE + 0x1a0) /* rcx = target; rcx, rdx are in slots */
#define RT_LOOKUP_DEAD (RT_CODE + 0x250) /* as RT_LOOKUP, known to be absent */
/* As RT_SYSCALL, but a call whose number rt_state.untraced has goes by
 * RT_GATE_UNTRACED: one stop, behind the call. Not so when its third argument has a
 * bit that rt_state.traced_if has for it. */
#define RT_SYSCALL_CHOOSE (RT_CODE + 0x280)
#define RT_SYSCALL_CHOSEN (RT_CODE + 0x300) /* the end of it */
/* Behind RT_GATE_UNTRACED: appends the call to RT_BUFFER and goes on with the program,
 * where that can be done, else RT_GATE_STOP's way. */
#define RT_CALLED RT_SYSCALL_CHOSEN
/* As RT_SYSCALL, but when the next call in RT_BUFFER is the one that is to be made, its
 * effect is taken from there. */
#define RT_SYSCALL_TAKE (RT_CODE + 0x700)
/* CPUID: answers from RT_ANSWERS and goes on with the program, else stops. */
#define RT_CPUID (RT_CODE + 0x900)
/* Makes an image that XSAVE or XSAVEC has stored a function of what the registers hold:
 * which of them were in use depends on when the kernel last switched tasks. rcx = where
 * to go on; rcx is in its slot. */
#define RT_SETTLE (RT_CODE + 0xa00)

/* Values of rt_state.exit that are no exits of blocks. */
#define RT_EXIT_NONE 0
#define RT_EXIT_LOOKUP 1	/* rt_state.target is not in the tables */
#define RT_EXIT_SYSCALL_DONE 2	/* a traced system call ran on by itself */
#define RT_EXIT_UNTRACED_DONE 3 /* an untraced system call was made */
#define RT_EXIT_PENDING 4	/* dbt_enter() found what stops at once */
#define RT_EXIT_FIRST 16	/* the first exit of a block */

/* The second-level table: entries of two words (pc, host), pc 0 where empty,
 * found from hash(pc) onwards. */
#define RT_L2_MULTIPLIER 0x3779b1b5
#define RT_L2_SHIFT 16

#define RT_O_TIME 0x00
#define RT_O_RAX 0x08
#define RT_O_RCX 0x10
#define RT_O_RDX 0x18
#define RT_O_R11 0x20
#define RT_O_SCRATCH 0x28
#define RT_O_TARGET 0x30
#define RT_O_EXIT 0x38
#define RT_O_STOP_ENTRY 0x40
#define RT_O_SYSCALL_ENTRY 0x48
#define RT_O_LOOKUP_ENTRY 0x50
#define RT_O_L1_MASK 0x58
#define RT_O_L2_BASE 0x60
#define RT_O_L2_MASK 0x68
#define RT_O_FLAGS 0x70
#define RT_O_JUMP 0x78
#define RT_O_STOP_RAX 0x80
#define RT_O_STOP_RCX 0x88
#define RT_O_STOP_R11 0x90
#define RT_O_CALL_NR 0xa0
#define RT_O_CALL_MASK 0xa8
#define RT_O_CALL_EXIT 0xb0
#define RT_O_BRANCH 0xb8
#define RT_O_COUNTER 0xc0
#define RT_COUNTERS 4
#define RT_O_EXACT_COUNTER 0xe0
#define RT_O_RETURN_MASK 0xe8
#define RT_O_RETURN_ENTRY 0xf0
#define RT_O_STACK_MASK 0xf8
#define RT_O_WATCH 0x100
#define RT_MAX_WATCHES 16
#define RT_O_CALL_TICKS 0x180
#define RT_O_CALL_NEXT 0x188
#define RT_O_CALL_RESULT 0x190
#define RT_O_CALL_RSI 0x198
#define RT_O_CALL_RDI 0x1a0
#define RT_O_CALL_RSP 0x1a8
#define RT_O_CALL_STACK 0x1b0
#define RT_O_BUFFER_USED 0x1c8
#define RT_O_BUFFER_END 0x1d0
#define RT_O_BUFFER_TAKEN 0x1d8
#define RT_O_CPUID_ENTRY 0x1e0
#define RT_O_SETTLE_ENTRY 0x1e8
#define RT_O_SETTLE_MASK 0x1f0
#define RT_O_SETTLE_COMPACT 0x1f4
#define RT_O_SETTLE_LEFT 0x1f8
#define RT_O_SETTLE_NEXT 0x1fc
#define RT_O_UNTRACED 0x200
#define RT_O_TRACED_IF 0x400
#define RT_O_OUTPUT 0x600
#define RT_O_OUTPUT_BYTES 0x800
#define RT_O_FOUND 0xa00
#define RT_O_IMAGE 0xae0
#define RT_O_SETTLE_MXCSR 0xae8
#define RT_O_PARTS 0xaf0
#define RT_MAX_PARTS 16
#define RT_MAX_CALLS 512

/* Values of rt_state.output: where a call's output goes that may be buffered. */
#define RT_OUTPUT_UNKNOWN 0 /* it may not */
#define RT_OUTPUT_NONE 1
#define RT_OUTPUT_RDI 2
#define RT_OUTPUT_RSI 3
#define RT_OUTPUT_RDX 4
/* Its size is a multiple of this, if it is fixed. */
#define RT_OUTPUT_UNIT 8

#define RT_CALL_BYTES 0x100 /* of a struct rt_call without its data */
#define RT_O_CALL_PLACE 0x20
#define RT_CALL_PLACE_WORDS 28

#ifndef __ASSEMBLER__
#include <stdint.h>

#include "common/regs.h"

/* Where a system call was made: what has to be the same in replay. */
struct rt_place {
	uint64_t ticks;
	struct regs regs; /* the program's at the call, RIP behind it */
};

/* What CPUID answers for a leaf, in EAX, and the bits of a mask in ECX. */
struct rt_answer {
	uint32_t leaf, mask, subleaf, eax, ebx, ecx, edx, unused;
};

struct rt_answers {
	uint64_t end; /* address behind the last row, in the tracee */
	struct rt_answer rows[RT_MAX_ANSWERS];
};

/* A system call in RT_BUFFER. */
struct rt_call {
	uint64_t bytes; /* with its data and what fills up to the next; of 8 each */
	uint64_t result;
	uint64_t addr, n; /* its output */
	struct rt_place place;
	uint8_t data[];
};

struct rt_state {
	uint64_t time; /* the ticks when all of counter are 0 */
	/* The program's registers while translated code needs them. */
	uint64_t rax, rcx, rdx, r11, scratch;
	uint64_t target; /* of an indirect branch that stops */
	uint32_t exit;	 /* which exit stopped */
	uint32_t unused;
	uint64_t stop_entry, syscall_entry, lookup_entry;
	uint64_t l1_mask; /* of PEXT: the bits of a pc that index RT_L1 */
	uint64_t l2_base, l2_mask; /* in the tracee; (entries - 1) * 16 */
	uint64_t flags, jump; /* of the lookup */
	/* The registers at RT_GATE_STOP that SYSCALL overwrites. */
	uint64_t stop_rax, stop_rcx, stop_r11;
	int64_t armed; /* what all counters were set to, in sum; the supervisor's */
	/* Of RT_SYSCALL_CHOOSE: the number, its bits that index untraced, the
	 * block's exit. */
	uint64_t call_nr, call_mask;
	uint32_t call_exit;
	uint32_t call_counted; /* its ticks are subtracted; the supervisor's */
	uint32_t branch; /* the exit of the last indirect branch */
	uint32_t unused_too;
	/* Ticks left; a stop is due when one is below 0. Superblocks use several in turn, so
	 * that one subtraction need not wait for the one before. */
	int64_t counter[RT_COUNTERS];
	int64_t exact_counter; /* of the other variants */
	uint64_t return_mask; /* the bits of an offset in RT_RETURNS */
	uint64_t return_entry; /* RT_RETURN */
	uint64_t stack_mask; /* of PEXT: what tells whether rsp is in the stack, and aligned */
	/* The last seen contents of each watched range. */
	uint64_t watch[RT_MAX_WATCHES];
	/* Of RT_CALLED and RT_SYSCALL_TAKE: the ticks that the block has pending, where
	 * the program goes on (0: the call may not be buffered); what they use. */
	int32_t call_ticks;
	uint32_t unused_again;
	uint64_t call_next;
	uint64_t call_result, call_rsi, call_rdi, call_rsp, call_stack[2];
	uint64_t reserved_again;
	/* Bytes of RT_BUFFER: filled; that may be filled (0: none); taken in replay. */
	uint64_t buffer_used, buffer_end, buffer_taken;
	uint64_t cpuid_entry;
	/* Of RT_SETTLE: the components (bits of XCR0) that it can do; whether the image has
	 * the compacted format; those it has still to look at; where the next one is. */
	uint64_t settle_entry;
	uint32_t settle_mask, settle_compact, settle_left, settle_next;
	/* For each system call, whether one stop behind it is enough. */
	uint8_t untraced[RT_MAX_CALLS];
	/* The bits of its third argument that make that not enough. */
	uint8_t traced_if[RT_MAX_CALLS];
	/* RT_OUTPUT_ of each call, and its size in units; 0: what the result says. */
	uint8_t output[RT_MAX_CALLS];
	uint8_t output_bytes[RT_MAX_CALLS];
	struct rt_place found; /* of RT_SYSCALL_TAKE */
	/* Of RT_SETTLE: where the image is; MXCSR and its mask when initial; each component's
	 * place in the standard format, its size and what aligns it (- 1) in the other. Of
	 * x87 and SSE it is the part that is initially 0. */
	uint64_t image, settle_mxcsr;
	struct rt_part {
		uint16_t offset, words, align, unused;
	} parts[RT_MAX_PARTS];
};

/* The RT_CODE page, to be copied there. */
extern const uint8_t pre_runtime[];
extern const uint8_t pre_runtime_end[];
/* Places in it. Behind RT_CALLED: from pre_call_saved on RAX, RDX, RSI and RDI are in
 * slots, from pre_call_buffered on the call is in the buffer. Behind RT_SYSCALL_TAKE:
 * between the two the call's data are copied. */
extern const uint8_t pre_call_saved[];
extern const uint8_t pre_call_buffered[];
extern const uint8_t pre_call_matched[];
extern const uint8_t pre_call_taken[];
/* Behind RT_SETTLE. */
extern const uint8_t pre_settled[];
#endif
