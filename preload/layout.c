/* SPDX-License-Identifier: MIT */
/* The offsets that runtime.S uses are those of struct rt_state. */
#include "preload/runtime.h"

#include <stddef.h>

#define CHECK(offset, field) \
	_Static_assert(offset == offsetof(struct rt_state, field), #field)

CHECK(RT_O_COUNTER, counter);
CHECK(RT_O_EXACT_COUNTER, exact_counter);
CHECK(RT_O_RAX, rax);
CHECK(RT_O_RCX, rcx);
CHECK(RT_O_RDX, rdx);
CHECK(RT_O_R11, r11);
CHECK(RT_O_SCRATCH, scratch);
CHECK(RT_O_TARGET, target);
CHECK(RT_O_EXIT, exit);
CHECK(RT_O_STOP_ENTRY, stop_entry);
CHECK(RT_O_SYSCALL_ENTRY, syscall_entry);
CHECK(RT_O_LOOKUP_ENTRY, lookup_entry);
CHECK(RT_O_L1_MASK, l1_mask);
CHECK(RT_O_L2_BASE, l2_base);
CHECK(RT_O_L2_MASK, l2_mask);
CHECK(RT_O_FLAGS, flags);
CHECK(RT_O_JUMP, jump);
CHECK(RT_O_STOP_RAX, stop_rax);
CHECK(RT_O_STOP_RCX, stop_rcx);
CHECK(RT_O_STOP_R11, stop_r11);
CHECK(RT_O_CALL_NR, call_nr);
CHECK(RT_O_CALL_MASK, call_mask);
CHECK(RT_O_CALL_EXIT, call_exit);
CHECK(RT_O_WATCH, watch);
CHECK(RT_O_UNTRACED, untraced);
CHECK(RT_O_TRACED_IF, traced_if);
CHECK(RT_O_CALL_TICKS, call_ticks);
CHECK(RT_O_CALL_NEXT, call_next);
CHECK(RT_O_CALL_RESULT, call_result);
CHECK(RT_O_CALL_RSI, call_rsi);
CHECK(RT_O_CALL_RDI, call_rdi);
CHECK(RT_O_CALL_RSP, call_rsp);
CHECK(RT_O_CALL_STACK, call_stack);
CHECK(RT_O_TIME, time);
CHECK(RT_O_RETURN_MASK, return_mask);
CHECK(RT_O_RETURN_ENTRY, return_entry);
CHECK(RT_O_STACK_MASK, stack_mask);
CHECK(RT_O_BUFFER_USED, buffer_used);
CHECK(RT_O_BUFFER_END, buffer_end);
CHECK(RT_O_BUFFER_TAKEN, buffer_taken);
CHECK(RT_O_CPUID_ENTRY, cpuid_entry);
CHECK(RT_O_OUTPUT, output);
CHECK(RT_O_OUTPUT_BYTES, output_bytes);
CHECK(RT_O_FOUND, found);
CHECK(RT_O_SETTLE_ENTRY, settle_entry);
CHECK(RT_O_SETTLE_MASK, settle_mask);
CHECK(RT_O_SETTLE_COMPACT, settle_compact);
CHECK(RT_O_SETTLE_LEFT, settle_left);
CHECK(RT_O_SETTLE_NEXT, settle_next);
CHECK(RT_O_IMAGE, image);
CHECK(RT_O_SETTLE_MXCSR, settle_mxcsr);
CHECK(RT_O_PARTS, parts);
_Static_assert(RT_O_CALL_PLACE == offsetof(struct rt_call, place), "place");
_Static_assert(RT_CALL_PLACE_WORDS * 8 == sizeof(struct rt_place), "rt_place");
_Static_assert(RT_CALL_BYTES == sizeof(struct rt_call), "rt_call");
_Static_assert(RT_ANSWERS + sizeof(struct rt_answers) <= RT_CODE + RT_CODE_BYTES, "rt_answers");
_Static_assert(sizeof(struct rt_state) <= RT_STATE_BYTES, "rt_state");
