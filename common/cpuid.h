/* SPDX-License-Identifier: MIT */
/* The answers of CPUID, as a table. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cpuid_row {
	uint32_t leaf, subleaf, eax, ebx, ecx, edx;
};

/* The row that answers, or NULL. A leaf without a row for subleaf 1 answers all
 * subleaves the same. */
const struct cpuid_row *cpuid_find(const struct cpuid_row *rows, size_t n, uint32_t leaf,
				   uint32_t subleaf);
bool cpuid_has_subleaves(const struct cpuid_row *rows, size_t n, uint32_t leaf);
