/* SPDX-License-Identifier: MIT */
#include "common/cpuid.h"

static const struct cpuid_row *find(const struct cpuid_row *rows, size_t n, uint32_t leaf,
				    uint32_t subleaf)
{
	for (size_t i = 0; i < n; i++)
		if (rows[i].leaf == leaf && rows[i].subleaf == subleaf)
			return &rows[i];
	return NULL;
}

bool cpuid_has_subleaves(const struct cpuid_row *rows, size_t n, uint32_t leaf)
{
	return find(rows, n, leaf, 1) != NULL;
}

const struct cpuid_row *cpuid_find(const struct cpuid_row *rows, size_t n, uint32_t leaf,
				   uint32_t subleaf)
{
	return find(rows, n, leaf, cpuid_has_subleaves(rows, n, leaf) ? subleaf : 0);
}
