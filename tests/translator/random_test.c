/* SPDX-License-Identifier: MIT */
/*
 * Random code run natively and translated, in this process: registers, flags,
 * vector registers and memory are equal at the end (or at the same fault), and
 * the ticks of superblocks are those that single steps see.
 *
 *	random_test [SEQUENCES [FIRST_SEED]]
 */
#include <Zydis/Zydis.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "inprocess.h"
#include "preload/runtime.h"
#include "random_code.h"

struct arena { /* code and data, below 4 GiB or far from everything */
	uint8_t *code, *data;
};

struct outcome {
	struct cpu cpu;
	uint8_t data[RANDOM_DATA_BYTES];
	int signo;
	uint64_t ticks;
};

static struct arena arenas[3];
static bool shadowed; /* the configuration */
static uint8_t initial_data[RANDOM_DATA_BYTES];
static size_t code_bytes; /* of the code at hand */

static void *need_map(uint64_t at, size_t bytes, int prot)
{
	void *p = mmap((void *)at, bytes, prot, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE,
		       -1, 0);

	if (p != (void *)at) {
		perror("mmap");
		exit(1);
	}
	return p;
}

static void map_arenas(void)
{
	/* the last where a stack has a shadow */
	static const uint64_t at[3] = { 0x40000000, 0x200000000000,
					RT_STACK + 0x80000 - (256u << 20) };

	for (int i = 0; i < 3; i++) {
		arenas[i].code = need_map(at[i], RANDOM_CODE_BYTES,
					  PROT_READ | PROT_WRITE | PROT_EXEC);
		arenas[i].data = need_map(at[i] + (256u << 20), RANDOM_DATA_BYTES,
					  PROT_READ | PROT_WRITE);
	}
}

static void fill(uint64_t *seed, void *p, size_t n)
{
	for (size_t i = 0; i + 8 <= n; i += 8) {
		uint64_t v = random_next(seed);

		memcpy((uint8_t *)p + i, &v, 8);
	}
}

static const struct arena *arena_of(uint64_t seed)
{
	return &arenas[shadowed ? 2 : seed / 8 % 5 == 3];
}

static void start(const struct arena *a, uint64_t seed, struct cpu *c)
{
	uint64_t *gprs = &c->r.r15;

	cpu_init(c);
	fill(&seed, c->xstate + 160, 256);
	fill(&seed, c->xstate + 576, 2688 - 576);
	c->xstate[512] = 0xe7;
	for (int i = 0; i < 15; i++) {
		gprs[i] = random_next(&seed);
		if (random_below(&seed, 3) == 0)
			gprs[i] &= 0xff;
	}
	c->r.eflags = 0x202 | (random_next(&seed) & 0x8d5);
	c->r.r15 = (uint64_t)a->data + 4096;
	c->r.r14 = random_below(&seed, 16);
	c->r.rsp = (uint64_t)a->data + RANDOM_DATA_BYTES - 1024;
	c->r.rip = (uint64_t)a->code;
	fill(&seed, initial_data, sizeof(initial_data));
	memcpy(a->data, initial_data, sizeof(initial_data));
}

static void run_native(const struct arena *a, uint64_t seed, struct outcome *o)
{
	start(a, seed, &o->cpu);
	o->signo = inprocess_native(&o->cpu);
	memcpy(o->data, a->data, sizeof(o->data));
}

static bool is_conditional(uint64_t pc)
{
	const uint8_t *p = (const uint8_t *)pc;

	if (*p == 0x67)
		p++;
	return (*p & 0xf0) == 0x70 || (p[0] == 0x0f && (p[1] & 0xf0) == 0x80) ||
	       (*p >= 0xe0 && *p <= 0xe3);
}

/* Which variant runs towards a tick, as tracee/ does it: superblocks as far as
 * they cannot go too far. */
static enum dbt_variant towards(struct dbt *d, enum dbt_variant variant, uint64_t done,
				uint64_t stop_at)
{
	int64_t left = (int64_t)(stop_at - done), budget = dbt_budget(d, left);

	if (!stop_at) {
		dbt_arm(d, INT64_MAX);
		return variant;
	}
	if (variant != DBT_NORMAL) {
		dbt_arm(d, left - 1);
		return variant;
	}
	dbt_arm(d, budget ? budget : left - 1);
	return budget ? DBT_NORMAL : DBT_EXACT;
}

/* Runs to the end (or a fault), or until stop_at ticks are done (0: no limit). */
static bool run_translated(struct dbt *d, const struct arena *a, uint64_t seed,
			   enum dbt_variant variant, uint64_t stop_at, struct outcome *o)
{
	struct dbt_stop stop;
	uint64_t stepped = 0;

	start(a, seed, &o->cpu);
	o->ticks = 0;
	for (;;) {
		uint64_t pc = o->cpu.r.rip;
		enum dbt_variant now = towards(d, variant, o->ticks, stop_at);
		int signo = inprocess_run(d, &o->cpu, now, &stop);

		if (signo) {
			struct dbt_recovered r;
			struct regs program;

			o->signo = signo;
			if (dbt_recover(d, &o->cpu.r, &program, &r) < 0) {
				printf("no way back from %#" PRIx64 "\n", o->cpu.r.rip);
				return false;
			}
			o->cpu.r = program;
			o->ticks += dbt_counted(d) + r.ticks;
			break;
		}
		if (variant == DBT_STEP)
			stepped += is_conditional(pc);
		o->ticks += dbt_counted(d);
		if (stop.why == DBT_EXIT_UNDECODED) {
			o->signo = SIGILL;
			break;
		}
		if (stop_at && o->ticks >= stop_at) {
			o->signo = 0;
			break;
		}
		if (stop.pc == inprocess_end() &&
		    (stop.why == DBT_EXIT_BREAKPOINT || stop.why == DBT_EXIT_STEP)) {
			o->signo = 0;
			break;
		}
		if (stop.why != DBT_EXIT_MISS && stop.why != DBT_EXIT_STEP &&
		    stop.why != DBT_EXIT_TICKS) {
			printf("unexpected stop %d at %#" PRIx64 " %s (variant %d)\n", stop.why,
			       stop.pc, stop.insn_text, now);
			return false;
		}
	}
	memcpy(o->data, a->data, sizeof(o->data));
	if (variant == DBT_STEP && stepped != o->ticks &&
	    !(o->signo && stepped == o->ticks)) {
		printf("steps saw %" PRIu64 " ticks, counted %" PRIu64 "\n", stepped, o->ticks);
		return false;
	}
	return true;
}

static bool same_xstate(const struct cpu *a, const struct cpu *b)
{
	/* but for FOP, FIP and FDP, which components are in use */
	return !memcmp(a->xstate, b->xstate, 6) &&
	       !memcmp(a->xstate + 24, b->xstate + 24, 416 - 24) &&
	       !memcmp(a->xstate + 576, b->xstate + 576, 2688 - 576);
}

static bool same(const char *what, const struct outcome *a, const struct outcome *b)
{
	static const char names[][8] = { "r15", "r14", "r13", "r12", "rbp", "rbx", "r11",
					 "r10", "r9", "r8", "rax", "rcx", "rdx", "rsi",
					 "rdi", "", "rip", "", "eflags", "rsp" };
	const uint64_t *x = &a->cpu.r.r15, *y = &b->cpu.r.r15;
	bool good = true;

	if (a->signo != b->signo) {
		printf("%s: signal %d, %d\n", what, a->signo, b->signo);
		good = false;
	}
	for (int i = 0; i < 20; i++) {
		uint64_t mask = i == 18 ? 0xcd5 : UINT64_MAX;

		if (i == 15 || i == 17 || (x[i] & mask) == (y[i] & mask))
			continue;
		printf("%s: %s %#" PRIx64 ", %#" PRIx64 "\n", what, names[i], x[i], y[i]);
		good = false;
	}
	if (!same_xstate(&a->cpu, &b->cpu)) {
		for (int i = 0; i < 2688; i++)
			if (a->cpu.xstate[i] != b->cpu.xstate[i] && (i < 6 || i >= 24) && (i < 416 || i >= 576)) { printf("%s: xstate differs at %d\n", what, i); break; }
		good = false;
	}
	for (size_t i = 0; i < sizeof(a->data); i++) {
		if (a->data[i] == b->data[i])
			continue;
		printf("%s: data differs at %#zx\n", what, i);
		good = false;
		break;
	}
	return good;
}

static struct outcome native, normal, stepped, exact;

/* Stops at a random tick: the state is that of single steps at this tick. */
static bool stops_at_tick(struct dbt *d, const struct arena *a, uint64_t seed, uint64_t ticks)
{
	uint64_t shape = seed * 31 + 7, at = 1 + random_below(&shape, (unsigned)ticks);

	if (!run_translated(d, a, seed, DBT_STEP, at, &stepped) ||
	    !run_translated(d, a, seed, seed & 32 ? DBT_NORMAL : DBT_EXACT, at, &exact))
		return false;
	if (exact.ticks != at || stepped.ticks != at) {
		printf("asked for tick %" PRIu64 ": exact %" PRIu64 ", step %" PRIu64 "\n", at,
		       exact.ticks, stepped.ticks);
		return false;
	}
	return same("at a tick", &stepped, &exact);
}

/* What the sequences did, to see that they test something. */
static struct {
	uint64_t faults, ticks, stopped;
} seen;

static bool one(struct dbt *d, uint64_t seed)
{
	const struct arena *a = arena_of(seed);
	struct random_code c = { .seed = seed, .base = (uint64_t)a->code,
				 .data = (uint64_t)a->data, .end = inprocess_end(),
				 .low = a == &arenas[0], .bytes = a->code };
	uint64_t shape = seed * 977 + 5;

	c.items = 3 + random_below(&shape, 40);
	random_code(&c);
	code_bytes = c.len;
	dbt_invalidate(d, (uint64_t)a->code, RANDOM_CODE_BYTES);
	run_native(a, seed, &native);
	if (native.signo == SIGILL)
		random_code_refused((const uint8_t *)native.cpu.r.rip);
	if (!run_translated(d, a, seed, DBT_NORMAL, 0, &normal) || !same("normal", &native, &normal))
		return false;
	seen.faults += native.signo != 0;
	seen.ticks += normal.ticks;
	if (seed / 8 % 4)
		return true;
	if (!run_translated(d, a, seed, DBT_STEP, 0, &stepped) || !same("step", &native, &stepped))
		return false;
	if (stepped.ticks != normal.ticks) {
		printf("ticks: normal %" PRIu64 ", step %" PRIu64 "\n", normal.ticks,
		       stepped.ticks);
		return false;
	}
	seen.stopped += normal.ticks > 0;
	return !normal.ticks || stops_at_tick(d, a, seed, normal.ticks);
}

static void dump(uint64_t seed, size_t length)
{
	const struct arena *a = arena_of(seed);
	ZydisDisassembledInstruction in;
	uint64_t pc = (uint64_t)a->code;

	for (; pc < (uint64_t)a->code + length && ZYAN_SUCCESS(ZydisDisassembleIntel(
					 ZYDIS_MACHINE_MODE_LONG_64, pc, (void *)pc, 15, &in));) {
		printf("  %#" PRIx64 "  %s\n", pc, in.text);
		pc += in.info.length;
	}
}

/* However blocks are cut, kept and found, the outcome is the same. */
static const struct dbt_config configs[] = {
	{ .max_insns = 0, .ahead = true },
	{ .max_insns = 0 },
	{ .max_insns = 1 },
	{ .max_insns = 2, .ahead = true },
	{ .max_insns = 7 },
	{ .max_insns = 100, .max_ticks = 3, .ahead = true },
	{ .max_insns = 20, .zone_limit = 48 << 10, .ahead = true },
	{ .max_insns = 0, .no_bmi2 = true },
	{ .max_insns = 0, .ahead = true, .shadow = true },
	{ .max_insns = 2, .zone_limit = 48 << 10, .shadow = true },
};

int main(int argc, char **argv)
{
	uint64_t n = argc > 1 ? strtoull(argv[1], NULL, 0) : 100000;
	uint64_t first = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;

#ifdef __SANITIZE_ADDRESS__
	puts("the sequences write anywhere, also to the sanitizer's shadow memory");
	return 77;
#endif

	map_arenas();
	for (size_t k = 0; k < ARRAY_SIZE(configs); k++) {
		struct dbt *d = inprocess_create(&configs[k]);
		uint64_t top = (uint64_t)arenas[2].data + RANDOM_DATA_BYTES;

		shadowed = configs[k].shadow;
		if (shadowed && !inprocess_map_shadow(top, RANDOM_DATA_BYTES)) {
			puts("there is no room for the shadow of a stack");
			return 1;
		}
		for (uint64_t i = 0; i <= n / ARRAY_SIZE(configs); i++) {
			uint64_t seed = first + i * ARRAY_SIZE(configs) + k;

			if (one(d, seed))
				continue;
			printf("seed %" PRIu64 " failed (configuration %zu)\n", seed, k);
			dump(seed, code_bytes);
			return 1;
		}
		inprocess_destroy(d);
	}
	printf("%" PRIu64 " sequences: %" PRIu64 " ticks, %" PRIu64 " ended by a fault, %" PRIu64
	       " stopped at a tick\n",
	       n, seen.ticks, seen.faults, seen.stopped);
	return 0;
}
