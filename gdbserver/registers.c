// SPDX-License-Identifier: MIT
#include "gdbserver/registers.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "gdbserver/hex.h"

enum feature {
#define GDB_FEATURE(id, name, components) id,
#define GDB_FAMILY(...)
#include "gdbserver/registers.def"
#undef GDB_FEATURE
#undef GDB_FAMILY
	FEATURES
};

enum source { REGS, XSAVE, MXCSR, TAG };

struct gdb_register_family {
	enum feature feature;
	const char *name;
	uint8_t first, count;
	uint16_t bits;
	const char *type;
	enum source source;
	uint8_t component;
	uint16_t offset, stride;
	uint8_t bytes;
};

static const struct {
	const char *name;
	uint64_t components;
} features[] = {
#define GDB_FEATURE(id, name, components) [id] = { name, components },
#define GDB_FAMILY(...)
#include "gdbserver/registers.def"
#undef GDB_FEATURE
#undef GDB_FAMILY
};

static const struct gdb_register_family families[] = {
#define GDB_FEATURE(...)
#define GDB_FAMILY(...) { __VA_ARGS__ },
#include "gdbserver/registers.def"
#undef GDB_FEATURE
#undef GDB_FAMILY
};

#define XSAVE_HEADER 512

#define FLAG(name, bit) "<field name=\"" name "\" start=\"" #bit "\" end=\"" #bit "\"/>"
#define VECTOR(id, type, count) \
	"<vector id=\"" id "\" type=\"" type "\" count=\"" #count "\"/>\n"
#define FIELD(name, type) "<field name=\"" name "\" type=\"" type "\"/>"
#define VEC128                                                                             \
	VECTOR("v8bf16", "bfloat16", 8)                                                    \
	VECTOR("v4f", "ieee_single", 4)                                                    \
	VECTOR("v2d", "ieee_double", 2)                                                    \
	VECTOR("v16i8", "int8", 16)                                                        \
	VECTOR("v8i16", "int16", 8)                                                        \
	VECTOR("v4i32", "int32", 4)                                                        \
	VECTOR("v2i64", "int64", 2)                                                        \
	"<union id=\"vec128\">\n" FIELD("v8_bfloat16", "v8bf16") FIELD("v4_float", "v4f")  \
	FIELD("v2_double", "v2d") FIELD("v16_int8", "v16i8") FIELD("v8_int16", "v8i16")    \
	FIELD("v4_int32", "v4i32") FIELD("v2_int64", "v2i64") FIELD("uint128", "uint128")  \
	"\n</union>\n"

/* The types that the registers of a feature use; each feature has its own. */
static const char *const types[FEATURES] = {
	[CORE] = "<flags id=\"i386_eflags\" size=\"4\">\n"
		 FLAG("CF", 0) FLAG("", 1) FLAG("PF", 2) FLAG("AF", 4) FLAG("ZF", 6)
		 FLAG("SF", 7) FLAG("TF", 8) FLAG("IF", 9) FLAG("DF", 10) FLAG("OF", 11)
		 FLAG("NT", 14) FLAG("RF", 16) FLAG("VM", 17) FLAG("AC", 18)
		 FLAG("VIF", 19) FLAG("VIP", 20) FLAG("ID", 21) "\n</flags>\n",
	[SSE] = VEC128 "<flags id=\"i386_mxcsr\" size=\"4\">\n"
		FLAG("IE", 0) FLAG("DE", 1) FLAG("ZE", 2) FLAG("OE", 3) FLAG("UE", 4)
		FLAG("PE", 5) FLAG("DAZ", 6) FLAG("IM", 7) FLAG("DM", 8) FLAG("ZM", 9)
		FLAG("OM", 10) FLAG("UM", 11) FLAG("PM", 12) FLAG("FZ", 15) "\n</flags>\n",
	[AVX512] = VEC128 VECTOR("v2ui128", "uint128", 2),
};

static bool feature_present(const struct gdb_registers *g, enum feature f)
{
	return (g->layout.xcr0 & features[f].components) == features[f].components;
}

static void register_name(const struct gdb_register_family *f, unsigned index, char *ret,
			  size_t size)
{
	const char *number = strstr(f->name, "%u");

	if (number)
		snprintf(ret, size, "%.*s%u%s", (int)(number - f->name), f->name,
			 f->first + index, number + 2);
	else if (f->count > 1)
		snprintf(ret, size, "%s%u", f->name, f->first + index);
	else
		snprintf(ret, size, "%s", f->name);
}

static int describe_family(struct gdb_registers *g, const struct gdb_register_family *f)
{
	char name[16];
	int err;

	for (unsigned i = 0; i < f->count; i++) {
		g->list[g->n++] = (struct gdb_register){ f, (uint8_t)i };
		register_name(f, i, name, sizeof(name));
		err = buf_printf(&g->xml, "<reg name=\"%s\" bitsize=\"%u\" type=\"%s\"%s/>\n",
				 name, f->bits, f->type,
				 f->source == TAG || (f->component == 0 && f->bits == 32 &&
						      f->source == XSAVE)
					 ? " group=\"float\""
					 : "");
		if (err)
			return err;
	}
	return 0;
}

static int describe_feature(struct gdb_registers *g, enum feature feature)
{
	int err = buf_printf(&g->xml, "<feature name=\"org.gnu.gdb.i386.%s\">\n%s",
			     features[feature].name,
			     types[feature] ? types[feature] : "");

	for (size_t i = 0; !err && i < ARRAY_SIZE(families); i++)
		if (families[i].feature == feature)
			err = describe_family(g, &families[i]);
	return err ? err : buf_printf(&g->xml, "</feature>\n");
}

int gdb_registers_init(struct gdb_registers *g, const struct gdb_xsave_layout *layout)
{
	int err;

	*g = (struct gdb_registers){ .layout = *layout };
	err = buf_printf(&g->xml, "<?xml version=\"1.0\"?>\n"
				  "<!DOCTYPE target SYSTEM \"gdb-target.dtd\">\n"
				  "<target>\n<architecture>i386:x86-64</architecture>\n"
				  "<osabi>GNU/Linux</osabi>\n");
	for (enum feature f = 0; !err && f < FEATURES; f++)
		if (feature_present(g, f))
			err = describe_feature(g, f);
	if (!err)
		err = buf_printf(&g->xml, "</target>\n");
	if (err)
		gdb_registers_deinit(g);
	return err;
}

void gdb_registers_deinit(struct gdb_registers *g)
{
	buf_deinit(&g->xml);
	g->n = 0;
}

/* Whether the image holds values of the component; without its bit in XSTATE_BV
 * the component is as after reset, whatever its bytes are. */
static bool in_use(const struct buf *xstate, unsigned component)
{
	uint64_t bv;

	memcpy(&bv, xstate->data + XSAVE_HEADER, sizeof(bv));
	return bv >> component & 1;
}

/* The 16-bit tag word out of the abridged one: two bits for each physical
 * register, 0 valid, 1 zero, 2 special, 3 empty. */
static uint16_t full_tag(const uint8_t *fxsave)
{
	unsigned top = fxsave[3] >> 3 & 7;
	uint16_t tag = 0;

	for (unsigned i = 0; i < 8; i++) {
		const uint8_t *st = fxsave + 32 + 16 * ((i + 8 - top) % 8);
		uint16_t exponent = (uint16_t)((st[8] | st[9] << 8) & 0x7fff);
		uint64_t mantissa;
		unsigned t = 2;

		memcpy(&mantissa, st, sizeof(mantissa));
		if (!(fxsave[4] >> i & 1))
			t = 3;
		else if (!exponent && !mantissa)
			t = 1;
		else if (exponent && exponent != 0x7fff && mantissa >> 63)
			t = 0;
		tag = (uint16_t)(tag | t << 2 * i);
	}
	return tag;
}

/* What FNINIT leaves: all masked, all empty; everything else is zero. */
static void reset_value(const struct gdb_register_family *f, uint8_t *ret)
{
	static const uint8_t fctrl[] = { 0x7f, 0x03 }, ftag[] = { 0xff, 0xff };

	if (f->source == TAG)
		memcpy(ret, ftag, sizeof(ftag));
	else if (f->source == XSAVE && f->component == 0 && f->offset == 0)
		memcpy(ret, fctrl, sizeof(fctrl));
}

static bool from_image(const struct gdb_registers *g, const struct gdb_register *r,
		       const struct buf *xstate, uint8_t *ret)
{
	const struct gdb_register_family *f = r->family;
	size_t at = (f->component < 2 ? 0 : g->layout.offset[f->component]) + f->offset +
		    (size_t)f->stride * r->index;

	if (xstate->len < XSAVE_HEADER + sizeof(uint64_t) || xstate->len < f->bytes ||
	    at > xstate->len - f->bytes)
		return false;
	if (f->source != MXCSR && !in_use(xstate, f->component)) {
		reset_value(f, ret);
	} else if (f->source == TAG) {
		uint16_t tag = full_tag(xstate->data);

		memcpy(ret, &tag, sizeof(tag));
	} else {
		memcpy(ret, xstate->data + at, f->bytes);
	}
	return true;
}

int gdb_registers_append(const struct gdb_registers *g, size_t n, const struct regs *regs,
			 const struct buf *xstate, struct buf *out)
{
	uint8_t value[GDB_MAX_REGISTER_BYTES] = { 0 };
	const struct gdb_register_family *f;
	uint8_t *to;
	int err;

	if (n >= g->n)
		return -EINVAL;
	f = g->list[n].family;
	if (f->source == REGS)
		memcpy(value, (const uint8_t *)regs + f->offset, f->bytes);
	else if (!from_image(g, &g->list[n], xstate, value)) {
		err = buf_extend(out, f->bits / 4, &to);
		if (!err)
			memset(to, 'x', f->bits / 4);
		return err;
	}
	return hex_append(out, value, f->bits / 8);
}

bool gdb_register_general(const struct gdb_registers *g, size_t n)
{
	return n < g->n && g->list[n].family->source == REGS;
}
