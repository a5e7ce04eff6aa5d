// SPDX-License-Identifier: MIT
/* Keys. */
#include "canary.h"

#include <linux/keyctl.h>

static long key(struct canary *c)
{
	long id = syscall(SYS_add_key, "user", "deja:model", "secret", 6, KEY_SPEC_PROCESS_KEYRING);

	if (id < 0)
		canary_skip(c, "add_key", -errno);
	return id;
}

static void keys(struct canary *c)
{
	long id = key(c);

	GOOD(c, keyctl, KEYCTL_DESCRIBE, id, canary_room(c, 100), 100);
	GOOD(c, keyctl, KEYCTL_DESCRIBE, id, canary_room(c, 100), 3);
	GOOD(c, keyctl, KEYCTL_READ, id, canary_room(c, 100), 100);
	GOOD(c, keyctl, KEYCTL_READ, id, canary_room(c, 100), 2);
	GOOD(c, keyctl, KEYCTL_CAPABILITIES, canary_room(c, 10), 10);
}

FAMILY(key, CASE_FOR(keys, "keyctl KEYCTL_*"))
