/* SPDX-License-Identifier: MIT */
/*
 * Where deja's own memory lies inside the tracee, and the layout of the state
 * page. Shared by the code that runs there (runtime.S, translated code) and by
 * the supervisor. Everything lies below 2 GiB, so that one 32-bit absolute
 * displacement reaches it from any code cache.
 *
 *	RT_CODE    runtime.S: the gates and the lookup            r-x, one for all
 *	RT_STATE   struct rt_state                                rw-, one per space
 *	RT_L1      first-level table of indirect targets          rw-, one per space
 *	RT_ZONE    the low code cache zone                        r-x
 */
#pragma once

#define RT_BASE 0x70000000
#define RT_CODE RT_BASE
#define RT_CODE_BYTES 0x1000
#define RT_STATE (RT_BASE + 0x10000)
#define RT_STATE_BYTES 0x1000
#define RT_L1 (RT_STATE + RT_STATE_BYTES)
#define RT_L1_ENTRIES 8192
#define RT_L1_BYTES (RT_L1_ENTRIES * 8)
/* The state page and the tables are one shared mapping of this size. */
#define RT_PRIVATE_BYTES (RT_STATE_BYTES + RT_L1_BYTES)
#define RT_ZONE (RT_BASE + 0x1000000)
#define RT_ZONE_BYTES 0x4000000
#define RT_END (RT_ZONE + RT_ZONE_BYTES)

/*
 * The gates in runtime.S: fixed addresses, each a SYSCALL instruction. The
 * seccomp filter lets RT_GATE_UNTRACED through and stops all others, so the
 * supervisor tells by RIP (the gate + 2) why the tracee stopped.
 */
#define RT_GATE_UNTRACED (RT_CODE + 0x00) /* syscall, then RT_GATE_STOP's way */
#define RT_GATE_TRACED (RT_CODE + 0x40)	  /* the program's own system calls */
#define RT_GATE_STOP (RT_CODE + 0x80)	  /* a stop: translated code left */
#define RT_GATE_INJECT (RT_CODE + 0xc0)	  /* calls the supervisor injects */
