// SPDX-License-Identifier: MIT
// Settings of the translator from the environment, for tests: the same run must
// come out the same whatever they are.
//
//	DEJA_TRANSLATOR=max_insns=1,max_ticks=1,zone_limit=65536,ahead=0
#include "tracee/settings.h"

#include <stdlib.h>
#include <string.h>

static void set(struct dbt_config *c, const char *name, size_t len, unsigned long value)
{
	if (len == 9 && !memcmp(name, "max_insns", len))
		c->max_insns = (unsigned)value;
	else if (len == 9 && !memcmp(name, "max_ticks", len))
		c->max_ticks = (unsigned)value;
	else if (len == 10 && !memcmp(name, "zone_limit", len))
		c->zone_limit = value;
	else if (len == 5 && !memcmp(name, "ahead", len))
		c->ahead = value;
}

void settings_from_environment(struct dbt_config *c)
{
	const char *at = getenv("DEJA_TRANSLATOR");

	while (at && *at) {
		const char *equals = strchr(at, '=');

		if (!equals)
			return;
		set(c, at, (size_t)(equals - at), strtoul(equals + 1, NULL, 0));
		at = strchr(equals, ',');
		at = at ? at + 1 : NULL;
	}
}
