// SPDX-License-Identifier: MIT
#include "cli/dump_format.h"

#include <inttypes.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

/* enum dbt_insn, by number: the trace stores it. */
static const char *const insn_names[] = {
	"rdtsc", "rdtscp", "rdpid", "rdrand", "rdseed", "cpuid", "xgetbv", "int 0x80", "sysenter",
};

static const char *insn_name(int32_t insn)
{
	return insn >= 0 && (size_t)insn < ARRAY_SIZE(insn_names) ? insn_names[insn] : "?";
}

static int format_call(const struct event *e, const struct sys_mem *mem, struct buf *out)
{
	struct sys_call call = {
		.nr = e->nr,
		.args = { e->regs.rdi, e->regs.rsi, e->regs.rdx, e->regs.r10, e->regs.r8,
			  e->regs.r9 },
	};
	int error = sys_print(&call, mem, e->kind == EVENT_SYSCALL, e->result, out);

	if (!error && e->new_tid)
		error = buf_printf(out, " [process %d]", e->new_tid);
	if (!error && e->flags & EVENT_UNMODELLED)
		error = buf_printf(out, " (no rule for this call: memory found by comparing)");
	return error;
}

static const char *disposition(const struct event *e)
{
	switch (e->disposition) {
	case SIGNAL_HANDLED:
		return "handler";
	case SIGNAL_IGNORED:
		return "ignored";
	case SIGNAL_FATAL:
		return e->flags & EVENT_CORE ? "fatal, core dumped" : "fatal";
	case SIGNAL_STOPS:
		return "stops";
	default:
		return "?";
	}
}

static int format_signal(const struct event *e, struct buf *out)
{
	const char *name = sys_signal_name(e->signo);
	siginfo_t info;
	int error;

	memcpy(&info, e->siginfo, sizeof(info));
	error = name ? buf_printf(out, "--- %s", name) : buf_printf(out, "--- SIG_%d", e->signo);
	if (!error)
		error = buf_printf(out, " {si_code=%d", info.si_code);
	if (!error && info.si_code <= 0)
		error = buf_printf(out, ", si_pid=%d", info.si_pid);
	else if (!error && e->flags & EVENT_SYNC)
		error = buf_printf(out, ", si_addr=%p", info.si_addr);
	return error ? error : buf_printf(out, "} (%s) ---", disposition(e));
}

static int format_status(const struct event *e, struct buf *out)
{
	const char *name;

	if (!WIFSIGNALED(e->status))
		return buf_printf(out, "+++ exited with %d +++", WEXITSTATUS(e->status));
	name = sys_signal_name(WTERMSIG(e->status));
	return buf_printf(out, "+++ killed by %s%s +++", name ? name : "signal",
			  WCOREDUMP(e->status) ? " (core dumped)" : "");
}

static int format_what(const struct event *e, const struct sys_mem *mem, struct buf *out)
{
	switch (e->kind) {
	case EVENT_SYSCALL:
	case EVENT_SYSCALL_ENTER:
		return format_call(e, mem, out);
	case EVENT_SIGNAL:
		return format_signal(e, out);
	case EVENT_INSN:
		return buf_printf(out, "%s", insn_name(e->insn));
	case EVENT_EXIT:
		return format_status(e, out);
	case EVENT_END:
		return buf_printf(out, "end of the recording");
	case EVENT_EXEC:
		return buf_printf(out, "new image: %s",
				  e->n_spaces && e->spaces[0].exe ? e->spaces[0].exe : "?");
	default:
		return buf_printf(out, "%s", event_kind_name(e->kind));
	}
}

int dump_format(const struct event *e, const struct sys_mem *mem, struct buf *out)
{
	int error = buf_printf(out, "%8" PRIu64 " %4" PRIu64 ".%06" PRIu64 " %7d %12" PRIu64 "  ",
			       e->number, e->time_ns / 1000000000, e->time_ns / 1000 % 1000000,
			       e->tid, e->ticks);

	if (!error)
		error = format_what(e, mem, out);
	return error ? error : buf_append(out, "\n", 1);
}

static int format_regs(const char *prefix, const struct regs *g, struct buf *out)
{
	return buf_printf(out,
			  " %srip=%#" PRIx64 " rax=%#" PRIx64 " rbx=%#" PRIx64 " rcx=%#" PRIx64
			  " rdx=%#" PRIx64 " rsi=%#" PRIx64 " rdi=%#" PRIx64 " rbp=%#" PRIx64
			  " rsp=%#" PRIx64 " r8=%#" PRIx64 " r9=%#" PRIx64 " r10=%#" PRIx64
			  " r11=%#" PRIx64 " r12=%#" PRIx64 " r13=%#" PRIx64 " r14=%#" PRIx64
			  " r15=%#" PRIx64 " eflags=%#" PRIx64 " orig_rax=%#" PRIx64
			  " fs_base=%#" PRIx64 " gs_base=%#" PRIx64,
			  prefix, g->rip, g->rax, g->rbx, g->rcx, g->rdx, g->rsi, g->rdi, g->rbp,
			  g->rsp, g->r8, g->r9, g->r10, g->r11, g->r12, g->r13, g->r14, g->r15,
			  g->eflags, g->orig_rax, g->fs_base, g->gs_base);
}

/* The fields that only this kind of event has. */
static int format_raw_kind(const struct event *e, struct buf *out)
{
	switch (e->kind) {
	case EVENT_SYSCALL:
	case EVENT_SYSCALL_ENTER:
		return buf_printf(out, " nr=%d name=%s result=%" PRId64 " new_tid=%d", e->nr,
				  sys_name(e->nr) ? sys_name(e->nr) : "?", e->result, e->new_tid);
	case EVENT_SIGNAL:
		return buf_printf(out, " signo=%d disposition=%d", e->signo, (int)e->disposition);
	case EVENT_INSN:
		return buf_printf(out, " insn=%d", e->insn);
	case EVENT_EXIT:
	case EVENT_END:
		return buf_printf(out, " status=%d", e->status);
	default:
		return 0;
	}
}

static int format_raw_writes(const struct event *e, struct buf *out)
{
	int error = 0;

	for (size_t i = 0; !error && i < e->n_writes; i++)
		error = buf_printf(out, "  write addr=%#" PRIx64 " size=%" PRIu64 "\n",
				   e->writes[i].addr, e->writes[i].size);
	return error;
}

int dump_format_raw(const struct event *e, struct buf *out)
{
	int error = buf_printf(
		out,
		"event=%" PRIu64 " kind=%s tid=%d ticks=%" PRIu64 " time_ns=%" PRIu64 " flags=%#x",
		e->number, event_kind_name(e->kind), e->tid, e->ticks, e->time_ns, e->flags);

	if (!error)
		error = format_raw_kind(e, out);
	if (!error)
		error = format_regs("", &e->regs, out);
	if (!error && e->flags & EVENT_AFTER)
		error = format_regs("after_", &e->regs_after, out);
	if (!error && e->flags & EVENT_HASH)
		error = buf_printf(out, " memory_hash=%#" PRIx64, e->memory_hash);
	if (!error)
		error = buf_append(out, "\n", 1);
	return error ? error : format_raw_writes(e, out);
}
