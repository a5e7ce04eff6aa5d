/* SPDX-License-Identifier: MIT */
/* What the checker (canary.c) and the runner (main.c) share. */
#pragma once

#include "canary.h"

#define ARENA_BYTES    262144
#define CANARY_SKIPPED 77
#define COMMANDS_MAX   1024

enum {
	ROW_TRIED = 1,	/* the kernel refused it */
	ROW_REACHED = 2 /* the kernel did what the rule is for */
};

/* What cases have reached, in memory shared with them: ROW_ bits. */
struct coverage {
	uint8_t calls[512];
	uint8_t commands[COMMANDS_MAX]; /* by sys_command_index() */
};

struct canary {
	const char *name; /* of the case */
	const char *dir;  /* for temporary files */
	bool second;	  /* the run with the second pattern */
	uint8_t *arena, *before;
	size_t used;
	char path[128];
	struct coverage *coverage;
};

void canary_begin(struct canary *c);
