// SPDX-License-Identifier: MIT
// When replay is not what was recorded: what was expected, what was found, where.
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "replayer/private.h"
#include "tracee/hash.h"
#include "translator/disassemble.h"

static void describe_insn(struct task *t, char *ret, size_t size)
{
	uint8_t code[15];
	size_t n = task_read(t, t->regs.rip, code, sizeof(code));

	dbt_disassemble(code, n, t->regs.rip, ret, size);
}

int rep_diverged(struct replayer *r, struct task *t, const char *format, ...)
{
	struct buf where = { 0 };
	char what[512], insn[128] = "?";
	va_list args;

	va_start(args, format);
	vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	if (t && t->space) {
		describe_insn(t, insn, sizeof(insn));
		task_backtrace(t, 8, &where);
	}
	fail(-EILSEQ,
	     "replay diverged from the recording at event %lu (%s), task %d, ticks %lu, "
	     "pc 0x%lx (%s): %s\n%.*s",
	     r->next.number, event_kind_name(r->next.kind), r->next.tid, t ? t->ticks : 0,
	     t ? t->regs.rip : 0, insn, what, (int)where.len, where.data ? (char *)where.data : "");
	buf_deinit(&where);
	return -EILSEQ;
}

static const struct {
	const char *name;
	size_t offset;
} registers[] = {
#define REGISTER(name)                                                                             \
	{                                                                                          \
#name, offsetof(struct regs, name)                                                 \
	}
	REGISTER(rax), REGISTER(rbx), REGISTER(rcx),	REGISTER(rdx),	   REGISTER(rsi),
	REGISTER(rdi), REGISTER(rbp), REGISTER(rsp),	REGISTER(r8),	   REGISTER(r9),
	REGISTER(r10), REGISTER(r11), REGISTER(r12),	REGISTER(r13),	   REGISTER(r14),
	REGISTER(r15), REGISTER(rip), REGISTER(eflags), REGISTER(fs_base), REGISTER(gs_base),
#undef REGISTER
};

static uint64_t value_of(const struct regs *regs, size_t i)
{
	return *(const uint64_t *)((const char *)regs + registers[i].offset);
}

int rep_check_regs(struct replayer *r, struct task *t)
{
	const struct event *e = &r->next;
	char text[400] = "";
	size_t at = 0;

	for (size_t i = 0; i < ARRAY_SIZE(registers); i++) {
		uint64_t expected = value_of(&e->regs, i), found = value_of(&t->regs, i);

		if (expected != found && at < sizeof(text) - 80)
			at += (size_t)snprintf(text + at, sizeof(text) - at,
					       " %s expected 0x%lx found 0x%lx;", registers[i].name,
					       expected, found);
	}
	if (e->ticks != t->ticks)
		return rep_diverged(r, t, "ticks expected %lu found %lu;%s", e->ticks, t->ticks,
				    text);
	return at ? rep_diverged(r, t, "registers differ:%s", text) : 0;
}

int rep_check_hash(struct replayer *r, struct task *t, const struct event *e)
{
	uint64_t hash;
	int err;

	if (!(e->flags & EVENT_HASH))
		return 0;
	err = space_hash(t, &hash);
	if (err)
		return err;
	if (hash != e->memory_hash)
		return rep_diverged(r, t,
				    "the hash of all memory is 0x%016lx, recorded was 0x%016lx",
				    hash, e->memory_hash);
	return 0;
}
