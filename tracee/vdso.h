/* SPDX-License-Identifier: MIT */
/* The vDSO: its functions become system calls at translation. */
#pragma once

#include "tracee/task.h"

/* Finds the vDSO in the space's map, reads its symbols and tells the translator
 * their entries. A space without a vDSO is fine. */
int vdso_register(struct space *s) must_check;
