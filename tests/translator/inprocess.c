/* SPDX-License-Identifier: MIT */
#include "inprocess.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#include "preload/runtime.h"

#define NEAR_ZONE_BYTES (16u << 20)
#define STACK_BYTES (256u << 10)

extern struct cpu inprocess_cpu;
extern uint64_t inprocess_target;
extern int inprocess_how;
void inprocess_switch(void);
extern const uint8_t inprocess_fault[], inprocess_stop[], inprocess_syscall[], inprocess_native_end[];

taddr_t inprocess_near;
taddr_t inprocess_noexec_page = 1;
struct rt_state *inprocess_state;
static struct dbt_zone zones[2];
static volatile int inprocess_signal;
static uint8_t *stack;

static void need(bool ok, const char *what)
{
	if (ok)
		return;
	perror(what);
	abort();
}

static void *map_at(taddr_t where, size_t bytes, int prot, int flags, int fd)
{
	void *p = mmap((void *)where, bytes, prot, flags, fd, 0);

	need(p != MAP_FAILED && (!where || p == (void *)where), "mmap");
	return p;
}

static void map_zone(struct dbt_zone *z, taddr_t where, size_t bytes)
{
	int fd = memfd_create("zone", 0);

	need(fd >= 0 && !ftruncate(fd, (off_t)bytes), "zone");
	z->start = (taddr_t)map_at(where, bytes, PROT_READ | PROT_EXEC,
				   MAP_SHARED | (where ? MAP_FIXED_NOREPLACE : 0), fd);
	z->write = map_at(0, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd);
	z->bytes = bytes;
	close(fd);
}

/* Takes the registers from the frame and goes back to the test. */
static void on_fault(int signo, siginfo_t *info, void *context)
{
	ucontext_t *u = context;
	greg_t *g = u->uc_mcontext.gregs;
	struct regs *r = &inprocess_cpu.r;

	(void)info;
	*r = (struct regs){
		.r15 = (uint64_t)g[REG_R15], .r14 = (uint64_t)g[REG_R14],
		.r13 = (uint64_t)g[REG_R13], .r12 = (uint64_t)g[REG_R12],
		.rbp = (uint64_t)g[REG_RBP], .rbx = (uint64_t)g[REG_RBX],
		.r11 = (uint64_t)g[REG_R11], .r10 = (uint64_t)g[REG_R10],
		.r9 = (uint64_t)g[REG_R9],   .r8 = (uint64_t)g[REG_R8],
		.rax = (uint64_t)g[REG_RAX], .rcx = (uint64_t)g[REG_RCX],
		.rdx = (uint64_t)g[REG_RDX], .rsi = (uint64_t)g[REG_RSI],
		.rdi = (uint64_t)g[REG_RDI], .rip = (uint64_t)g[REG_RIP],
		.rsp = (uint64_t)g[REG_RSP], .eflags = (uint64_t)g[REG_EFL],
	};
	memcpy(inprocess_cpu.xstate, u->uc_mcontext.fpregs, 2696);
	inprocess_signal = signo;
	g[REG_RIP] = (greg_t)inprocess_fault;
	g[REG_EFL] &= ~(greg_t)0x10400;
}

static void catch_faults(void)
{
	static const int signals[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP };
	static uint8_t handler_stack[1 << 16];
	stack_t alternate = { .ss_sp = handler_stack, .ss_size = sizeof(handler_stack) };
	struct sigaction sa = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK };

	need(!sigaltstack(&alternate, NULL), "sigaltstack");
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		need(!sigaction(signals[i], &sa, NULL), "sigaction");
}

static void map_all(void)
{
	uint8_t *code;
	taddr_t image = page_floor((taddr_t)&inprocess_switch);

	if (inprocess_state)
		return;
	code = map_at(RT_CODE, RT_CODE_BYTES, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1);
	memcpy(code, pre_runtime, (size_t)(pre_runtime_end - pre_runtime));
	need(!mprotect(code, RT_CODE_BYTES, PROT_READ | PROT_EXEC), "mprotect");
	inprocess_state = map_at(RT_STATE, RT_PRIVATE_BYTES, PROT_READ | PROT_WRITE,
				 MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1);
	map_zone(&zones[0], RT_ZONE, RT_ZONE_BYTES);
	/* Below the image: the heap is somewhere above it. */
	map_zone(&zones[1], image - (512u << 20), NEAR_ZONE_BYTES);
	inprocess_near = zones[1].start;
	stack = map_at(0, STACK_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
}

void cpu_init(struct cpu *c)
{
	map_all();
	memset(c, 0, sizeof(*c));
	/* XSTATE_BV 0: everything in its initial state; MXCSR is loaded anyway */
	c->xstate[0] = 0x7f;
	c->xstate[1] = 0x03;
	c->xstate[24] = 0x80;
	c->xstate[25] = 0x1f;
	c->r.eflags = 0x202;
	c->r.rsp = (taddr_t)stack + STACK_BYTES - 4096;
}

static uint64_t *shadow, *shadow_end; /* of the stack that is in use */

static void empty_shadow(void)
{
	for (uint64_t *p = shadow; p < shadow_end; p++)
		*p = RT_RETURN;
}

bool inprocess_map_shadow(taddr_t top, size_t bytes)
{
	static void *all;

	if (!all)
		all = mmap((void *)RT_SHADOW, RT_SHADOW_BYTES, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
	shadow = (uint64_t *)(top - bytes - RT_SHADOW_BELOW);
	shadow_end = (uint64_t *)(top - RT_SHADOW_BELOW);
	empty_shadow();
	return all != MAP_FAILED;
}

taddr_t inprocess_end(void)
{
	return (taddr_t)inprocess_native_end;
}

static int cpu_go(struct cpu *c, uint64_t target)
{
	inprocess_cpu = *c;
	inprocess_target = target;
	inprocess_signal = 0;
	catch_faults(); /* again each time: cmocka has handlers of its own */
	inprocess_switch();
	*c = inprocess_cpu;
	return inprocess_signal;
}

int inprocess_native(struct cpu *c)
{
	int signo = cpu_go(c, c->r.rip);

	if (!signo)
		c->r.rip = inprocess_end();
	return signo;
}

static size_t fetch(void *ctx, taddr_t pc, void *ret, size_t len)
{
	(void)ctx;
	if (page_floor(pc) == inprocess_noexec_page)
		return 0;
	memcpy(ret, (const void *)pc, len);
	return len;
}

static size_t peek(void *ctx, taddr_t at, void *ret, size_t len)
{
	(void)ctx;
	memcpy(ret, (const void *)at, len);
	return len;
}

static const struct dbt_ops ops = { .fetch = fetch, .peek = peek };

struct dbt *inprocess_create(const struct dbt_config *config)
{
	struct dbt *d;

	map_all();
	memset(inprocess_state, 0, RT_STATE_BYTES);
	inprocess_state->stop_entry = (uint64_t)inprocess_stop;
	inprocess_state->syscall_entry = (uint64_t)inprocess_syscall;
	need(!dbt_create(config, zones, 2, inprocess_state, &ops, NULL, &d), "dbt_create");
	need(!dbt_set_breakpoint(d, inprocess_end(), true), "dbt_set_breakpoint");
	return d;
}

void inprocess_destroy(struct dbt *d)
{
	dbt_destroy(d);
}

int inprocess_run(struct dbt *d, struct cpu *c, enum dbt_variant variant,
		   struct dbt_stop *ret)
{
	struct rt_state *s = inprocess_state;
	struct regs machine;
	taddr_t host;
	int signo;

	need(!dbt_enter(d, c->r.rip, variant, &host), "dbt_enter");
	if (dbt_shadow_is_stale(d)) {
		empty_shadow();
		dbt_shadow_emptied(d);
	}
	dbt_go(d);
	signo = cpu_go(c, host);
	if (signo)
		return signo;
	machine = c->r;
	if (inprocess_how == 1) {
		s->rcx = machine.rcx;
		s->r11 = machine.r11;
		machine.orig_rax = machine.rax;
		machine.rip = RT_GATE_TRACED + 2;
	} else {
		s->stop_rax = machine.rax;
		s->stop_rcx = machine.rcx;
		s->stop_r11 = machine.r11;
		machine.rip = RT_GATE_STOP + 2;
	}
	dbt_left(d, &machine, &c->r, ret);
	return 0;
}

uint64_t inprocess_call(struct dbt *d, const void *f, uint64_t a, uint64_t b, uint64_t c)
{
	struct cpu cpu;
	struct dbt_stop stop;

	cpu_init(&cpu);
	cpu.r.rdi = a;
	cpu.r.rsi = b;
	cpu.r.rdx = c;
	cpu.r.rip = (taddr_t)f;
	cpu.r.rsp -= 8;
	*(uint64_t *)cpu.r.rsp = inprocess_end();
	for (;;) {
		int signo = inprocess_run(d, &cpu, DBT_NORMAL, &stop);

		if (signo) {
			fprintf(stderr, "signal %d at %#llx\n", signo,
				(unsigned long long)cpu.r.rip);
			return UINT64_MAX;
		}
		if (stop.why == DBT_EXIT_SYSCALL) {
			struct regs *r = &cpu.r;
			uint64_t result;
			register uint64_t r10 __asm__("r10") = r->r10;
			register uint64_t r8 __asm__("r8") = r->r8;
			register uint64_t r9 __asm__("r9") = r->r9;

			__asm__ volatile("syscall"
					 : "=a"(result)
					 : "a"(r->rax), "D"(r->rdi), "S"(r->rsi), "d"(r->rdx),
					   "r"(r10), "r"(r8), "r"(r9)
					 : "rcx", "r11", "memory");
			r->rax = result;
			r->rcx = r->rip;
			r->r11 = r->eflags;
		} else if (stop.why == DBT_EXIT_BREAKPOINT && stop.pc == inprocess_end()) {
			return cpu.r.rax;
		} else if (stop.why != DBT_EXIT_MISS && stop.why != DBT_EXIT_TICKS) {
			fprintf(stderr, "stop %d at %#llx %s\n", stop.why,
				(unsigned long long)stop.pc, stop.insn_text);
			return UINT64_MAX;
		}
	}
}
