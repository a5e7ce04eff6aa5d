// SPDX-License-Identifier: MIT
#include "translator/disassemble.h"

#include <Zydis/Zydis.h>
#include <stdio.h>

void dbt_disassemble(const uint8_t *code, size_t len, taddr_t pc, char *ret, size_t size)
{
	ZydisDisassembledInstruction in;

	if (ZYAN_FAILED(ZydisDisassembleIntel(ZYDIS_MACHINE_MODE_LONG_64, pc, code, len, &in)))
		snprintf(ret, size, "(no instruction)");
	else
		snprintf(ret, size, "%s", in.text);
}
