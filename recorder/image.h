/* SPDX-License-Identifier: MIT */
#pragma once

#include "tracee/vmap.h"
#include "traces/event.h"

/* Appends a mapping to an event's space. -ENOMEM */
int rec_fill_mapping(struct event_space *s, const struct vma *v) must_check;
