// SPDX-License-Identifier: MIT
#include "gdbserver/registers.h"
#include "session.h"

struct fixture {
	struct fake fake;
	struct gdb_registers registers;
	struct buf xstate, out;
};

static void setup(struct fixture *f)
{
	struct gdb_xsave_layout layout;

	memset(f, 0, sizeof(*f));
	fake_init(&f->fake);
	fake_xsave_layout(&f->fake, &layout);
	assert_int_equal(gdb_registers_init(&f->registers, &layout), 0);
	assert_int_equal(fake_xstate(&f->fake, FAKE_PID, &f->xstate), 0);
}

static void teardown(struct fixture *f)
{
	gdb_registers_deinit(&f->registers);
	buf_deinit(&f->xstate);
	buf_deinit(&f->out);
}

/* The number of a register is the place of its line in the description. */
static size_t number(struct fixture *f, const char *name)
{
	char wanted[48];
	const char *p = (const char *)f->registers.xml.data, *end, *at;
	size_t n = 0;

	assert_int_equal(buf_append(&f->registers.xml, "", 1), 0);
	f->registers.xml.len--;
	p = (const char *)f->registers.xml.data;
	snprintf(wanted, sizeof(wanted), "<reg name=\"%s\" ", name);
	end = strstr(p, wanted);
	assert_non_null(end);
	for (at = p; (at = strstr(at, "<reg ")) && at < end; at++)
		n++;
	return n;
}

static const char *hex(struct fixture *f, const char *name)
{
	buf_clear(&f->out);
	assert_int_equal(gdb_registers_append(&f->registers, number(f, name), &f->fake.regs,
					      &f->xstate, &f->out), 0);
	assert_int_equal(buf_append(&f->out, "", 1), 0);
	return (const char *)f->out.data;
}

static void all_features_are_described(void **state)
{
	static const char *const names[] = { "core", "sse", "linux", "segments",
					     "avx", "avx512", "pkeys" };
	struct fixture f;
	char feature[64];

	(void)state;
	setup(&f);
	number(&f, "rax");
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(feature, sizeof(feature), "<feature name=\"org.gnu.gdb.i386.%s\">",
			 names[i]);
		assert_non_null(strstr((char *)f.registers.xml.data, feature));
	}
	assert_int_equal(f.registers.n, 40 + 17 + 1 + 2 + 16 + 72 + 1);
	teardown(&f);
}

static void a_machine_without_avx_has_none(void **state)
{
	const struct gdb_xsave_layout layout = { .xcr0 = 3 };
	struct gdb_registers r;

	(void)state;
	assert_int_equal(gdb_registers_init(&r, &layout), 0);
	assert_int_equal(r.n, 40 + 17 + 1 + 2);
	gdb_registers_deinit(&r);
}

static void numbers_that_packets_use_are_right(void **state)
{
	struct fixture f;

	(void)state;
	setup(&f);
	assert_int_equal(number(&f, "rbp"), GDB_REG_RBP);
	assert_int_equal(number(&f, "rsp"), GDB_REG_RSP);
	assert_int_equal(number(&f, "rip"), GDB_REG_RIP);
	assert_int_equal(number(&f, "orig_rax"), GDB_REG_ORIG_RAX);
	teardown(&f);
}

static void general_registers_are_little_endian(void **state)
{
	struct fixture f;

	(void)state;
	setup(&f);
	assert_string_equal(hex(&f, "rip"), "0010400000000000");
	assert_string_equal(hex(&f, "eflags"), "46020000");
	assert_string_equal(hex(&f, "cs"), "33000000");
	assert_string_equal(hex(&f, "orig_rax"), "ffffffffffffffff");
	assert_string_equal(hex(&f, "fs_base"), "0019400000000000");
	assert_true(gdb_register_general(&f.registers, number(&f, "gs_base")));
	assert_false(gdb_register_general(&f.registers, number(&f, "st0")));
	teardown(&f);
}

/* Every byte of the fake's image is the number of its quadword, modulo 256. */
static void vector_registers_come_from_their_components(void **state)
{
	struct fixture f;

	(void)state;
	setup(&f);
	assert_string_equal(hex(&f, "st1"), "06060606060606060707");
	assert_string_equal(hex(&f, "xmm1"), "16161616161616161717171717171717");
	assert_string_equal(hex(&f, "mxcsr"), "03030303");
	assert_string_equal(hex(&f, "ymm0h"), "48484848484848484949494949494949");
	assert_string_equal(hex(&f, "k7"), "8f8f8f8f8f8f8f8f");
	assert_string_equal(hex(&f, "zmm1h"), "9494949494949494959595959595959596969696969696969797979797979797");
	assert_string_equal(hex(&f, "xmm17"), "d8d8d8d8d8d8d8d8d9d9d9d9d9d9d9d9");
	assert_string_equal(hex(&f, "ymm16h"), "d2d2d2d2d2d2d2d2d3d3d3d3d3d3d3d3");
	assert_string_equal(hex(&f, "zmm16h"), "d4d4d4d4d4d4d4d4d5d5d5d5d5d5d5d5d6d6d6d6d6d6d6d6d7d7d7d7d7d7d7d7");
	assert_string_equal(hex(&f, "pkru"), "50505050");
	teardown(&f);
}

static void a_component_not_in_use_is_as_after_reset(void **state)
{
	struct fixture f;

	(void)state;
	setup(&f);
	memset(f.xstate.data + 512, 0, 8);
	assert_string_equal(hex(&f, "fctrl"), "7f030000");
	assert_string_equal(hex(&f, "ftag"), "ffff0000");
	assert_string_equal(hex(&f, "fstat"), "00000000");
	assert_string_equal(hex(&f, "xmm0"), "00000000000000000000000000000000");
	assert_string_equal(hex(&f, "mxcsr"), "03030303");
	assert_string_equal(hex(&f, "ymm15h"), "00000000000000000000000000000000");
	teardown(&f);
}

/* FLD1; FLDZ; FLDPI; FLD of infinity: physical 7, 6, 5, 4 */
static void the_tag_word_is_spread_out(void **state)
{
	static const uint8_t one[] = { 0, 0, 0, 0, 0, 0, 0, 0x80, 0xff, 0x3f };
	static const uint8_t infinity[] = { 0, 0, 0, 0, 0, 0, 0, 0x80, 0xff, 0x7f };
	struct fixture f;
	uint8_t *image;

	(void)state;
	setup(&f);
	image = f.xstate.data;
	memset(image, 0, 160);
	image[3] = 4 << 3; /* top of stack */
	image[4] = 0xf0;
	memcpy(image + 32 + 0 * 16, infinity, sizeof(infinity));
	memcpy(image + 32 + 1 * 16, one, sizeof(one));
	memcpy(image + 32 + 3 * 16, one, sizeof(one));
	/* 7: valid, 6: zero, 5: valid, 4: special, the others empty */
	assert_string_equal(hex(&f, "ftag"), "ff120000");
	teardown(&f);
}

static void what_the_image_lacks_is_unavailable(void **state)
{
	struct fixture f;

	(void)state;
	setup(&f);
	f.xstate.len = 576;
	assert_string_equal(hex(&f, "ymm0h"), "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
	f.xstate.len = 0;
	assert_string_equal(hex(&f, "fctrl"), "xxxxxxxx");
	teardown(&f);
}

static void a_register_that_does_not_exist_is_refused(void **state)
{
	struct fixture f;

	(void)state;
	setup(&f);
	assert_int_equal(gdb_registers_append(&f.registers, f.registers.n, &f.fake.regs,
					      &f.xstate, &f.out), -EINVAL);
	assert_int_equal(gdb_registers_append(&f.registers, SIZE_MAX, &f.fake.regs, &f.xstate,
					      &f.out), -EINVAL);
	teardown(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_features_are_described),
		cmocka_unit_test(a_machine_without_avx_has_none),
		cmocka_unit_test(numbers_that_packets_use_are_right),
		cmocka_unit_test(general_registers_are_little_endian),
		cmocka_unit_test(vector_registers_come_from_their_components),
		cmocka_unit_test(a_component_not_in_use_is_as_after_reset),
		cmocka_unit_test(the_tag_word_is_spread_out),
		cmocka_unit_test(what_the_image_lacks_is_unavailable),
		cmocka_unit_test(a_register_that_does_not_exist_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
