// SPDX-License-Identifier: MIT
// malloc of all sizes, realloc, calloc; 40 MB in all.
#include "check.h"

int main(void)
{
	char *blocks[40];
	uint64_t sum = 0;

	for (int i = 0; i < 40; i++) {
		size_t bytes = (size_t)1 << (i % 21);

		blocks[i] = malloc(bytes);
		CHECK(blocks[i]);
		memset(blocks[i], i, bytes);
		blocks[i] = realloc(blocks[i], bytes * 2);
		CHECK(blocks[i] && blocks[i][bytes - 1] == i);
		sum += (uint64_t)blocks[i][bytes / 2];
	}
	for (int i = 0; i < 40; i++)
		free(blocks[i]);
	char *zero = calloc(1000, 4096);
	CHECK(zero && !zero[0] && !zero[999 * 4096]);
	free(zero);
	printf("%llu\n", (unsigned long long)sum);
	return 0;
}
