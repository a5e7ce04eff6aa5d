/* SPDX-License-Identifier: MIT */
/* Translating what will probably be needed before it is missed. */
#pragma once

#include "translator/space.h"

/* Translates blocks that exits of this one lead to, and theirs, within limits.
 * What cannot be translated is left for later. -ENOMEM */
int ahead_translate(struct dbt *d, uint32_t block) must_check;
