/* SPDX-License-Identifier: MIT */
#include "program.h"

/* A program that calls `down` so deep that the stack has left what has a shadow: where a
 * CALL pushes, and where its RETs pop. ECX: how deep. */
	.macro deep_calls
	mov %rsp, %r12
	mov $100, %ecx
	call down
	mov %r12, %rsp
	mov $3, %ecx
	call down
	exit_ok
	.endm
