/* SPDX-License-Identifier: MIT */
#pragma once

#include "translator/translator.h"

/* Changes what $DEJA_TRANSLATOR names; anything else in it is ignored. */
void settings_from_environment(struct dbt_config *c);
