// SPDX-License-Identifier: MIT
/* Reads whatever comes as a header.json; what is accepted is written and read
 * again, and is then the same text. */
#include <stdlib.h>
#include <string.h>

#include "traces/header.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
	if (!holds)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct trace_header h = { 0 }, again = { 0 };
	struct buf once = { 0 }, twice = { 0 };

	if (!header_parse("fuzz", data, size, false, &h)) {
		check(!trace_header_json(&h, &once));
		check(!header_parse("fuzz", once.data, once.len, true, &again));
		check(!trace_header_json(&again, &twice));
		check(once.len == twice.len && !memcmp(once.data, twice.data, once.len));
	}
	trace_header_deinit(&h);
	trace_header_deinit(&again);
	buf_deinit(&once);
	buf_deinit(&twice);
	return 0;
}
