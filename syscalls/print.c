// SPDX-License-Identifier: MIT
#include "syscalls/rules.h"
#include <errno.h>
int sys_print(const struct sys_call *call, const struct sys_mem *mem, bool has_result, int64_t result, struct buf *out)
{
	const char *name = sys_name(call->nr);
	int r;
	(void)mem;
	r = name ? buf_printf(out, "%s(", name) : buf_printf(out, "syscall_0x%x(", call->nr);
	for (int i = 0; i < 6 && !r; i++)
		r = buf_printf(out, i ? ", 0x%llx" : "0x%llx", (unsigned long long)call->args[i]);
	if (!r)
		r = has_result ? buf_printf(out, ") = %lld", (long long)result) : buf_printf(out, ")");
	return r;
}
