// SPDX-License-Identifier: MIT
/*
 * header.json is an object with one member for each row of HEADER_FIELDS, and
 * "checksum": XXH3 of the compact dump, with sorted keys, of all the others.
 * The table is used to write and to read, with one put_ and get_ function for
 * each codec.
 */
#include "traces/header.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <xxhash.h>

#include "common/cleanup.h"

#define FORMAT_NAME "deja trace"
#define SUM_BYTES   17

/* clang-format off */
#define HEADER_FIELDS(F)              \
	F(uuid,    "uuid",          uuid)          \
	F(u64,     "began_ns",      began_ns)      \
	F(string,  "deja_version",  deja_version)  \
	F(string,  "kernel",        kernel)        \
	F(string,  "machine",       machine)       \
	F(string,  "program",       program)       \
	F(string,  "cwd",           cwd)           \
	F(strings, "argv",          argv)          \
	F(strings, "envp",          envp)          \
	F(flag,    "aslr",          aslr)          \
	F(u64,     "verify_ticks",  verify_ticks)  \
	F(hex,     "xcr0",          xcr0)          \
	F(u32,     "xstate_bytes",  xstate_bytes)  \
	F(cpuid,   "cpuid",         cpuid)
/* clang-format on */

static void json_release(json_t **p)
{
	json_decref(*p);
}
#define cleanup_json cleanup_with(json_release)

static void free_strings(char **v)
{
	for (char **p = v; p && *p; p++)
		free(*p);
	free(v);
}

void trace_header_deinit(struct trace_header *h)
{
	free_strings(h->argv);
	free_strings(h->envp);
	free(h->cwd);
	free(h->program);
	free(h->deja_version);
	free(h->kernel);
	free(h->machine);
	free(h->cpuid);
	*h = (struct trace_header){ 0 };
}

int header_new_uuid(char ret[37])
{
	uint8_t b[16];

	if (getrandom(b, sizeof(b), 0) != sizeof(b))
		return fail_errno(-errno, "getrandom");
	b[6] = (uint8_t)((b[6] & 0x0f) | 0x40);
	b[8] = (uint8_t)((b[8] & 0x3f) | 0x80);
	for (size_t i = 0, at = 0; i < sizeof(b); i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			ret[at++] = '-';
		at += (size_t)sprintf(ret + at, "%02x", b[i]);
	}
	return 0;
}

/* ---- members to JSON; NULL: no memory, or a value that has no form ---- */

/* Text as a string when it is UTF-8, else as an object with its bytes. */
static json_t *put_text(const char *s)
{
	size_t n = strlen(s);
	json_t *text = json_stringn(s, n);
	char *hex;

	if (text)
		return text;
	hex = malloc(2 * n + 1);
	if (!hex)
		return NULL;
	for (size_t i = 0; i < n; i++)
		sprintf(hex + 2 * i, "%02x", (uint8_t)s[i]);
	text = json_pack("{s:s}", "hex", hex);
	free(hex);
	return text;
}

static json_t *put_string(const struct trace_header *h, char *const *s)
{
	(void)h;
	return *s ? put_text(*s) : json_null();
}

static json_t *put_strings(const struct trace_header *h, char **const *v)
{
	json_t *list = json_array();

	(void)h;
	for (char **s = *v; list && s && *s; s++)
		if (json_array_append_new(list, put_text(*s)) < 0) {
			json_decref(list);
			return NULL;
		}
	return list;
}

static json_t *put_uuid(const struct trace_header *h, const char (*s)[37])
{
	(void)h;
	return json_string(*s);
}

static json_t *put_u64(const struct trace_header *h, const uint64_t *v)
{
	(void)h;
	return *v > INT64_MAX ? NULL : json_integer((json_int_t)*v);
}

static json_t *put_u32(const struct trace_header *h, const uint32_t *v)
{
	(void)h;
	return json_integer(*v);
}

static json_t *put_flag(const struct trace_header *h, const bool *v)
{
	(void)h;
	return json_boolean(*v);
}

static json_t *put_hex(const struct trace_header *h, const uint64_t *v)
{
	(void)h;
	return json_sprintf("0x%" PRIx64, *v);
}

static json_t *put_cpuid(const struct trace_header *h, struct cpuid_row *const *v)
{
	json_t *list = json_array();

	for (size_t i = 0; list && i < h->n_cpuid; i++) {
		const struct cpuid_row *c = &(*v)[i];
		json_t *row = json_pack("[I,I,I,I,I,I]", (json_int_t)c->leaf,
					(json_int_t)c->subleaf, (json_int_t)c->eax,
					(json_int_t)c->ebx, (json_int_t)c->ecx, (json_int_t)c->edx);

		if (json_array_append_new(list, row) < 0) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}

/* The sum over all members that are in object now. */
static int sum_of(const json_t *object, char ret[SUM_BYTES])
{
	char *text = json_dumps(object, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENSURE_ASCII);

	if (!text)
		return -ENOMEM;
	snprintf(ret, SUM_BYTES, "%016" PRIx64, (uint64_t)XXH3_64bits(text, strlen(text)));
	free(text);
	return 0;
}

static int put_members(const struct trace_header *h, json_t *object)
{
	if (json_object_set_new(object, "format", json_string(FORMAT_NAME)) ||
	    json_object_set_new(object, "version", json_integer(TRACE_VERSION)))
		return -ENOMEM;
#define PUT(codec, name, member)                                                                   \
	if (json_object_set_new(object, name, put_##codec(h, &h->member)) < 0)                     \
		return fail(-EINVAL, "trace header: %s cannot be stored", name);
	HEADER_FIELDS(PUT)
#undef PUT
	return 0;
}

static int append(const char *text, size_t n, void *out)
{
	return buf_append(out, text, n) ? -1 : 0;
}

int trace_header_json(const struct trace_header *h, struct buf *out)
{
	cleanup_json json_t *object = json_object();
	char sum[SUM_BYTES];
	int r;

	if (!object)
		return -ENOMEM;
	r = put_members(h, object);
	if (!r)
		r = sum_of(object, sum);
	if (r)
		return r;
	if (json_object_set_new(object, "checksum", json_string(sum)) < 0 ||
	    json_dump_callback(object, append, out, JSON_INDENT(2)) < 0)
		return -ENOMEM;
	return buf_append(out, "\n", 1);
}

/* ---- members from JSON: 0, -EINVAL or -ENOMEM ---- */

static int nibble(char c)
{
	const char *digits = "0123456789abcdef";
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

static int get_hex_text(const char *hex, char **ret)
{
	size_t n = strlen(hex) / 2;
	char *s = malloc(n + 1);

	if (!s)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		int high = nibble(hex[2 * i]), low = nibble(hex[2 * i + 1]);

		s[i] = (char)(high * 16 + low);
		if (high < 0 || low < 0 || !s[i]) {
			free(s);
			return -EINVAL;
		}
	}
	s[n] = '\0';
	*ret = s;
	return 0;
}

static int get_text(const json_t *v, char **ret)
{
	const json_t *hex = json_object_get(v, "hex");

	if (json_is_string(hex))
		return get_hex_text(json_string_value(hex), ret);
	if (!json_is_string(v))
		return -EINVAL;
	*ret = strdup(json_string_value(v));
	return *ret ? 0 : -ENOMEM;
}

static int get_string(struct trace_header *h, const json_t *v, char **ret)
{
	(void)h;
	return json_is_null(v) ? 0 : get_text(v, ret);
}

static int get_strings(struct trace_header *h, const json_t *v, char ***ret)
{
	size_t n = json_array_size(v);

	(void)h;
	if (!json_is_array(v))
		return -EINVAL;
	*ret = calloc(n + 1, sizeof(**ret));
	if (!*ret)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		int r = get_text(json_array_get(v, i), &(*ret)[i]);

		if (r)
			return r;
	}
	return 0;
}

static int get_uuid(struct trace_header *h, const json_t *v, char (*ret)[37])
{
	const char *s = json_string_value(v);

	(void)h;
	if (!s || strlen(s) != 36)
		return -EINVAL;
	memcpy(*ret, s, 37);
	return 0;
}

static int get_max(const json_t *v, json_int_t max, json_int_t *ret)
{
	if (!json_is_integer(v) || json_integer_value(v) < 0 || json_integer_value(v) > max)
		return -EINVAL;
	*ret = json_integer_value(v);
	return 0;
}

static int get_u64(struct trace_header *h, const json_t *v, uint64_t *ret)
{
	json_int_t i = 0;
	int r = get_max(v, INT64_MAX, &i);

	(void)h;
	if (!r)
		*ret = (uint64_t)i;
	return r;
}

static int get_u32(struct trace_header *h, const json_t *v, uint32_t *ret)
{
	json_int_t i = 0;
	int r = get_max(v, UINT32_MAX, &i);

	(void)h;
	if (!r)
		*ret = (uint32_t)i;
	return r;
}

static int get_flag(struct trace_header *h, const json_t *v, bool *ret)
{
	(void)h;
	if (!json_is_boolean(v))
		return -EINVAL;
	*ret = json_is_true(v);
	return 0;
}

static int get_hex(struct trace_header *h, const json_t *v, uint64_t *ret)
{
	const char *s = json_string_value(v);
	char *end;

	(void)h;
	if (!s || s[0] != '0' || s[1] != 'x' || nibble(s[2]) < 0 || strlen(s) > 18)
		return -EINVAL;
	*ret = strtoull(s, &end, 16);
	return *end ? -EINVAL : 0;
}

static int get_cpuid_row(const json_t *v, struct cpuid_row *ret)
{
	uint32_t *words[] = {
		&ret->leaf, &ret->subleaf, &ret->eax, &ret->ebx, &ret->ecx, &ret->edx
	};
	int r = json_array_size(v) == ARRAY_SIZE(words) ? 0 : -EINVAL;

	for (size_t i = 0; i < ARRAY_SIZE(words) && !r; i++)
		r = get_u32(NULL, json_array_get(v, i), words[i]);
	return r;
}

static int get_cpuid(struct trace_header *h, const json_t *v, struct cpuid_row **ret)
{
	size_t n = json_array_size(v);
	int r = 0;

	if (!json_is_array(v))
		return -EINVAL;
	*ret = calloc(n + 1, sizeof(**ret));
	if (!*ret)
		return -ENOMEM;
	for (size_t i = 0; i < n && !r; i++)
		r = get_cpuid_row(json_array_get(v, i), &(*ret)[i]);
	h->n_cpuid = n;
	return r;
}

static int get_members(const char *trace, const json_t *object, struct trace_header *h)
{
	int r;

#define GET(codec, name, member)                                                                   \
	r = get_##codec(h, json_object_get(object, name), &h->member);                             \
	if (r)                                                                                     \
		return r == -EINVAL ? fail(-EIO, "trace %s: " HEADER_FILE ": %s is damaged",       \
					   trace, name)                                            \
				    : r;
	HEADER_FIELDS(GET)
#undef GET
	return 0;
}

/* What the program does not understand is not looked at any further. */
static int check_version(const char *trace, const json_t *object, struct trace_header *h)
{
	const char *format = json_string_value(json_object_get(object, "format"));
	const json_t *version = json_object_get(object, "version");
	json_int_t v = 0;

	if (!format || strcmp(format, FORMAT_NAME) != 0 || get_max(version, UINT32_MAX, &v))
		return fail(-EIO, "trace %s: " HEADER_FILE " is damaged, or not of a trace", trace);
	if (v != TRACE_VERSION)
		return fail(-EPROTONOSUPPORT,
			    "trace %s has format version %u; this deja reads version %d", trace,
			    (unsigned int)v, TRACE_VERSION);
	h->version = (uint32_t)v;
	return 0;
}

static int check_sum(const char *trace, json_t *object)
{
	cleanup_json json_t *stored = json_incref(json_object_get(object, "checksum"));
	const char *expected = json_string_value(stored);
	char sum[SUM_BYTES];
	int r;

	json_object_del(object, "checksum");
	r = sum_of(object, sum);
	if (r)
		return r;
	if (!expected || strcmp(expected, sum) != 0)
		return fail(-EIO, "trace %s: " HEADER_FILE ": checksum", trace);
	return 0;
}

int header_parse(const char *trace, const void *text, size_t n, bool check_hash,
		 struct trace_header *ret)
{
	json_error_t error;
	cleanup_json json_t *object = json_loadb(n ? text : "", n, JSON_REJECT_DUPLICATES, &error);
	int r;

	if (!json_is_object(object))
		return fail(-EIO, "trace %s: " HEADER_FILE ": line %d: %s", trace,
			    object ? 1 : error.line, object ? "not an object" : error.text);
	r = check_version(trace, object, ret);
	if (!r && check_hash)
		r = check_sum(trace, object);
	if (!r)
		r = get_members(trace, object, ret);
	return r;
}
