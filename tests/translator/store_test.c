/* SPDX-License-Identifier: MIT */
/*
 * Translations that are saved and loaded again: what is used of them, and what
 * becomes of files that are not as they were written.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "inprocess.h"

#include <cmocka.h>

#define PAGES	   4
#define CODE_BYTES ((size_t)PAGES * DEJA_PAGE_BYTES)

/* rax = the sum of n for n = rdi .. 1 and of 1 from another page, then r15 */
static const uint8_t loop[] = {
	0x31, 0xc0,		      /* xor eax, eax */
	0x48, 0x01, 0xf8,	      /* 1: add rax, rdi */
	0x48, 0xff, 0xcf,	      /* dec rdi */
	0x75, 0xf8,		      /* jnz 1b */
	0xe9, 0xf1, 0x0f, 0x00, 0x00, /* jmp to the next page */
};
static const uint8_t tail[] = {
	0x48, 0x83, 0xc0, 0x01, /* add rax, 1 */
	0x41, 0xff, 0xe7,	/* jmp r15 */
};
static const struct dbt_code_id id = { .dev = 1, .ino = 2, .mtime_ns = 3 };
static const uint64_t key[2] = { 4, 5 };

static uint8_t *code;
static struct dbt *d;
static int file;

static struct dbt *new_dbt(void)
{
	static const struct dbt_config config = { .ahead = true };
	struct dbt *made = inprocess_create(&config);

	assert_int_equal(dbt_set_breakpoint(made, inprocess_end(), false), 0);
	dbt_arm(made, INT64_MAX);
	return made;
}

static int map(size_t from, size_t to)
{
	return dbt_map_code(d, (taddr_t)code + from * DEJA_PAGE_BYTES,
			    (taddr_t)code + to * DEJA_PAGE_BYTES, &id);
}

static uint64_t run_from(size_t page, uint64_t n)
{
	struct dbt_stop stop;
	struct cpu cpu;

	assert_int_equal(dbt_set_breakpoint(d, inprocess_end(), true), 0);
	cpu_init(&cpu);
	cpu.r.rip = (taddr_t)code + page * DEJA_PAGE_BYTES;
	cpu.r.rax = 1;
	cpu.r.rdi = n;
	cpu.r.r15 = inprocess_end();
	do {
		assert_int_equal(inprocess_run(d, &cpu, DBT_NORMAL, &stop), 0);
	} while (stop.why == DBT_EXIT_MISS);
	assert_int_equal(stop.why, DBT_EXIT_BREAKPOINT);
	assert_int_equal(dbt_set_breakpoint(d, inprocess_end(), false), 0);
	return cpu.r.rax;
}

static uint64_t run(uint64_t n)
{
	return run_from(0, n);
}

/* n times: test eax, eax; jz to behind itself. Then jmp r15. */
static void put_branches(size_t page, size_t n)
{
	static const uint8_t branch[] = { 0x85, 0xc0, 0x74, 0x00 };
	uint8_t *at = code + page * DEJA_PAGE_BYTES;

	for (size_t i = 0; i < n; i++, at += sizeof(branch))
		memcpy(at, branch, sizeof(branch));
	memcpy(at, tail + 4, 3);
}

/* Blocks translated from pages of the code, not counting the test's own end. */
static uint64_t misses(void)
{
	struct dbt_stats stats;

	dbt_stats(d, &stats);
	return stats.insns;
}

static int save(void)
{
	assert_int_equal(ftruncate(file, 0), 0);
	assert_int_equal(lseek(file, 0, SEEK_SET), 0);
	return dbt_save(d, key, file);
}

static int load(const uint64_t k[2])
{
	inprocess_destroy(d);
	d = new_dbt();
	assert_int_equal(lseek(file, 0, SEEK_SET), 0);
	return dbt_load(d, k, file);
}

/* A file with the translations of one run. */
static int set_up(void **state)
{
	struct cpu cpu;

	(void)state;
	cpu_init(&cpu);
	code = mmap(NULL, CODE_BYTES, PROT_READ | PROT_WRITE | PROT_EXEC,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_true(code != MAP_FAILED);
	memcpy(code, loop, sizeof(loop));
	memcpy(code + DEJA_PAGE_BYTES, tail, sizeof(tail));
	file = memfd_create("saved", 0);
	d = new_dbt();
	assert_int_equal(map(0, PAGES), 0);
	assert_int_equal(run(10), 56);
	assert_int_equal(save(), 0);
	return 0;
}

/* The tables go on growing where they were. */
static void more_is_translated_than_was_loaded(void **state)
{
	(void)state;
	put_branches(2, 150);
	put_branches(3, 1000);
	assert_int_equal(load(key), 0);
	assert_int_equal(map(0, PAGES), 0);
	assert_int_equal(run_from(2, 0), 1);
	assert_int_equal(save(), 0);
	assert_int_equal(load(key), 0);
	assert_int_equal(map(0, PAGES), 0);
	assert_int_equal(run_from(3, 0), 1);
	assert_int_equal(run_from(2, 0), 1);
}

static int tear_down(void **state)
{
	(void)state;
	inprocess_destroy(d);
	close(file);
	munmap(code, CODE_BYTES);
	return 0;
}

static void loaded_translations_are_used(void **state)
{
	(void)state;
	assert_int_equal(load(key), 0);
	assert_int_equal(map(0, PAGES), 0);
	assert_int_equal(run(4), 11);
	assert_int_equal(misses(), 0);
	assert_int_equal(dbt_counted(d), 4);
}

static void can_be_saved_again_with_what_was_not_mapped(void **state)
{
	(void)state;
	assert_int_equal(load(key), 0);
	assert_int_equal(save(), 0);
	assert_int_equal(load(key), 0);
	assert_int_equal(map(0, PAGES), 0);
	assert_int_equal(run(4), 11);
	assert_int_equal(misses(), 0);
}

static void nothing_is_used_before_it_is_mapped(void **state)
{
	(void)state;
	assert_int_equal(load(key), 0);
	assert_int_equal(run(4), 11);
	assert_true(misses() > 0);
}

static void changed_code_is_translated_again(void **state)
{
	(void)state;
	assert_int_equal(load(key), 0);
	code[DEJA_PAGE_BYTES + 3] = 2;
	assert_int_equal(map(0, PAGES), 0);
	assert_int_equal(run(4), 12);
	assert_true(misses() > 0);
}

static void code_mapped_in_part_does_not_lead_out_of_it(void **state)
{
	(void)state;
	assert_int_equal(load(key), 0);
	assert_int_equal(map(0, 1), 0);
	code[DEJA_PAGE_BYTES + 3] = 2;
	assert_int_equal(map(1, PAGES), 0);
	assert_int_equal(run(4), 12);
}

static void anonymous_memory_has_nothing_from_an_earlier_run(void **state)
{
	(void)state;
	assert_int_equal(load(key), 0);
	assert_int_equal(dbt_map_code(d, (taddr_t)code, (taddr_t)code + CODE_BYTES, NULL), 0);
	assert_int_equal(run(4), 11);
	assert_true(misses() > 0);
	/* ... and does not get into the file. */
	assert_int_equal(save(), -ESTALE);
}

static void another_key_is_refused(void **state)
{
	(void)state;
	assert_int_equal(load((uint64_t[2]){ 4, 6 }), -EINVAL);
	assert_int_equal(map(0, PAGES), 0);
	assert_int_equal(run(4), 11);
}

static void breakpoints_are_not_saved(void **state)
{
	(void)state;
	assert_int_equal(load(key), 0);
	assert_int_equal(dbt_set_breakpoint(d, (taddr_t)code, true), 0);
	assert_int_equal(save(), -ENODATA);
}

static void damage_is_noticed(void **state)
{
	struct stat st;
	uint8_t byte;

	(void)state;
	assert_int_equal(fstat(file, &st), 0);
	for (off_t at = 0; at < st.st_size; at += at < 256 ? 1 : 37) {
		assert_int_equal(pread(file, &byte, 1, at), 1);
		byte ^= 0x10;
		assert_int_equal(pwrite(file, &byte, 1, at), 1);
		assert_int_equal(load(key), -EINVAL);
		byte ^= 0x10;
		assert_int_equal(pwrite(file, &byte, 1, at), 1);
	}
	assert_int_equal(ftruncate(file, st.st_size + 1), 0);
	assert_int_equal(load(key), -EINVAL);
	for (off_t bytes = st.st_size - 1; bytes > 0; bytes -= bytes / 7 + 1) {
		assert_int_equal(ftruncate(file, bytes), 0);
		assert_int_equal(load(key), -EINVAL);
	}
	assert_int_equal(map(0, PAGES), 0);
	assert_int_equal(run(4), 11);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(loaded_translations_are_used),
		TEST(more_is_translated_than_was_loaded),
		TEST(can_be_saved_again_with_what_was_not_mapped),
		TEST(nothing_is_used_before_it_is_mapped),
		TEST(changed_code_is_translated_again),
		TEST(code_mapped_in_part_does_not_lead_out_of_it),
		TEST(anonymous_memory_has_nothing_from_an_earlier_run),
		TEST(another_key_is_refused),
		TEST(breakpoints_are_not_saved),
		TEST(damage_is_noticed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
